/** Called with a message of a channel. */
export type Listener = (message: unknown) => void;

interface Ears {
  readonly hear: Listener;
  readonly missed: (() => void) | undefined;
}

/** Who in this process listens to what. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Ears>>();

  /** @returns how to leave; it says whether the channel is without listeners then */
  add(channel: string, hear: Listener, missed: (() => void) | undefined): () => boolean {
    const ears: Ears = { hear, missed };
    const all = this.#byChannel.get(channel) ?? new Set();
    this.#byChannel.set(channel, all.add(ears));
    return () => {
      if (!all.delete(ears) || all.size > 0 || this.#byChannel.get(channel) !== all) return false;
      this.#byChannel.delete(channel);
      return true;
    };
  }

  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  /** Each listener gets a copy of its own. */
  tell(channel: string, copy: () => unknown): void {
    for (const { hear } of this.#byChannel.get(channel) ?? []) hear(copy());
  }

  /** Says that messages of these channels may have been missed. */
  tellMissed(channels: readonly string[]): void {
    for (const channel of channels) for (const { missed } of this.#byChannel.get(channel) ?? []) missed?.();
  }

  clear(): void {
    this.#byChannel.clear();
  }
}
