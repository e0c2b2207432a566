/** Rare statements are not worth a plan on every connection. */
const usesBeforeNamed = 5;
/** Plans on each connection; every one may take a hundred kilobytes of its server process. */
const maxNamed = 150;
/** Texts that are counted: what is put together anew each time must not fill the memory. */
const maxCounted = 2_000;

/**
 * Which statements PostgreSQL keeps prepared. With row-level security on every table planning takes longer than running
 * most statements, so those that come again and again are planned once per connection.
 *
 * A name stands for a text as one role runs it: another role has other policies, and would have it planned anew.
 */
export class StatementNames {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /** Undefined for a statement that is sent as it is. */
  nameOf(role: string, text: string): string | undefined {
    const key = `${role} ${text}`;
    const name = this.#names.get(key);
    if (name !== undefined) return name;
    if (this.#names.size >= maxNamed || answersWhateverThereIs.test(text)) return undefined;
    const uses = (this.#uses.get(key) ?? 0) + 1;
    if (uses < usesBeforeNamed) {
      if (this.#uses.size < maxCounted || uses > 1) this.#uses.set(key, uses);
      return undefined;
    }
    this.#uses.delete(key);
    const given = `muster_${this.#names.size + 1}`;
    this.#names.set(key, given);
    return given;
  }
}

/** A column that a migration adds would change the answer, which a prepared statement may not. */
const answersWhateverThereIs = /(?:\b(?:select|returning)\s|,)\s*(?:\w+\.)?\*/i;
