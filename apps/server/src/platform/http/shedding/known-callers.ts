const remembered = 4_096;

/**
 * To which organization credentials belong that were verified before. It decides nothing but whose share is taken: in a
 * flood, whoever floods can be told from the others before anything is done for them, verifying included.
 */
export class KnownCallers {
  readonly #organizations = new Map<string, string>();

  organizationOf(credentials: string | undefined): string | null {
    return credentials === undefined ? null : (this.#organizations.get(credentials) ?? null);
  }

  remember(credentials: string, orgId: string): void {
    if (this.#organizations.has(credentials)) return;
    this.#organizations.set(credentials, orgId);
    if (this.#organizations.size <= remembered) return;
    const oldest = this.#organizations.keys().next();
    if (oldest.done !== true) this.#organizations.delete(oldest.value);
  }
}
