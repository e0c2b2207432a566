const remembered = 4_096;
/** Of an access token this is half its signature, which nobody can guess. */
const keyLength = 43;

/**
 * To which organization credentials belong that were verified before. It decides nothing but whose share is taken: in a
 * flood, whoever floods can be told from the others before anything is done for them, verifying included.
 */
export class KnownCallers {
  readonly #organizations = new Map<string, string>();

  organizationOf(credentials: string | undefined): string | null {
    return credentials === undefined ? null : (this.#organizations.get(credentials.slice(-keyLength)) ?? null);
  }

  remember(credentials: string, orgId: string): void {
    const end = credentials.slice(-keyLength);
    if (this.#organizations.has(end)) return;
    // A copy: a slice would keep the whole header in memory.
    this.#organizations.set(Buffer.from(end, 'latin1').toString('latin1'), orgId);
    if (this.#organizations.size <= remembered) return;
    const oldest = this.#organizations.keys().next();
    if (oldest.done !== true) this.#organizations.delete(oldest.value);
  }
}
