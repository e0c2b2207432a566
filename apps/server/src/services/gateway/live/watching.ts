import type { Actor } from '../../../platform/http/call.ts';

export interface Watched {
  readonly actor: Actor;
  readonly memberIds: ReadonlySet<string>;
}

/** Whose location went out to whom since it was last asked; it outlives the sockets, so that no look is lost. */
export class Watching {
  #watched = new Map<string, { readonly actor: Actor; readonly memberIds: Set<string> }>();

  note(actor: Actor, memberId: string): void {
    if (memberId === actor.userId) return;
    const watched = this.#watched.get(actor.userId);
    if (watched === undefined) this.#watched.set(actor.userId, { actor, memberIds: new Set([memberId]) });
    else watched.memberIds.add(memberId);
  }

  /** Hands over what was noted, and begins anew. */
  take(): Watched[] {
    const taken = [...this.#watched.values()];
    this.#watched = new Map();
    return taken;
  }
}
