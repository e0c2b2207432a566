import { AdaptiveLimit, type LimitSettings } from './adaptive-limit.ts';
import type { Importance } from './importance.ts';

/**
 * How full the process may be, as a part of the limit, for a request of each kind to be let in. All requests count, so
 * the less important are refused first, and the last tenth is for what is essential alone.
 */
const ceilings: Readonly<Record<Importance, number>> = { report: 0.4, view: 0.7, position: 0.9, essential: 1 };

/** Fuller than this part of its ceiling, a kind of request is shared out among organizations. */
const fairFrom = 0.7;
/** What an organization may always hold: a page asks for a few things at once. */
const leastShare = 4;
/** An organization that was not heard of for so long needs no share. */
const rememberedSeconds = 10;

/** `overload`: there is too much to do. `share`: one organization does too much, and others are waiting. */
export type Refusal = 'overload' | 'share';

interface Organization {
  inFlight: number;
  lastSeenSecond: number;
}

/**
 * Who is in flight in this process, and who may join. Knows neither HTTP nor the time: it is told when a second has
 * passed. Letting a request in and out takes less than a microsecond.
 */
export class Load {
  readonly #limit: AdaptiveLimit;
  readonly #organizations = new Map<string, Organization>();
  #inFlight = 0;
  #second = 0;

  constructor(settings: LimitSettings) {
    this.#limit = new AdaptiveLimit(settings);
  }

  get limit(): number {
    return this.#limit.value;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @param orgId whose request it is, if that is known already */
  enter(importance: Importance, orgId: string | null = null): Slot | Refusal {
    return this.#take(importance, orgId) ?? new Slot(importance, orgId, this.#desk);
  }

  /** @param delayMs how long a request had to wait in this second, on average */
  secondPassed(delayMs: number): void {
    this.#limit.secondPassed(delayMs);
    this.#second += 1;
    for (const [orgId, { inFlight, lastSeenSecond }] of this.#organizations) {
      if (inFlight === 0 && this.#second - lastSeenSecond >= rememberedSeconds) this.#organizations.delete(orgId);
    }
  }

  /** What slots ask for. */
  readonly #desk: Desk = {
    take: (importance, orgId) => this.#take(importance, orgId),
    takeShare: (importance, orgId) => this.#takeShare(importance, orgId),
    giveBack: (orgId) => {
      this.#inFlight -= 1;
      const organization = orgId === null ? undefined : this.#organizations.get(orgId);
      if (organization !== undefined) organization.inFlight -= 1;
    },
  };

  #take(importance: Importance, orgId: string | null): Refusal | null {
    if (this.#inFlight >= this.#ceiling(importance)) return 'overload';
    this.#inFlight += 1;
    if (orgId === null || this.#takeShare(importance, orgId)) return null;
    this.#inFlight -= 1;
    return 'share';
  }

  /** The request itself is in flight already. */
  #takeShare(importance: Importance, orgId: string): boolean {
    const organization = this.#organizationOf(orgId);
    organization.lastSeenSecond = this.#second;
    const ceiling = this.#ceiling(importance);
    const others = this.#organizations.size - 1;
    if (others > 0 && this.#inFlight > ceiling * fairFrom) {
      if (organization.inFlight >= Math.max(leastShare, Math.floor(ceiling / (others + 1)))) return false;
    }
    organization.inFlight += 1;
    return true;
  }

  #ceiling(importance: Importance): number {
    return Math.floor(ceilings[importance] * this.#limit.value);
  }

  #organizationOf(orgId: string): Organization {
    let organization = this.#organizations.get(orgId);
    if (organization === undefined) {
      organization = { inFlight: 0, lastSeenSecond: this.#second };
      this.#organizations.set(orgId, organization);
    }
    return organization;
  }
}

interface Desk {
  readonly take: (importance: Importance, orgId: string | null) => Refusal | null;
  readonly takeShare: (importance: Importance, orgId: string) => boolean;
  readonly giveBack: (orgId: string | null) => void;
}

/** One request's place in flight. Every method may be called at any time; what is given back is given back once. */
export class Slot {
  readonly importance: Importance;
  readonly #desk: Desk;
  #orgId: string | null;
  #state: 'held' | 'paused' | 'left' = 'held';

  constructor(importance: Importance, orgId: string | null, desk: Desk) {
    this.importance = importance;
    this.#orgId = orgId;
    this.#desk = desk;
  }

  /** It has turned out whose request this is. @returns false when the organization holds too many: the slot is left */
  belongsTo(orgId: string): boolean {
    if (this.#state !== 'held' || this.#orgId !== null) return true;
    if (this.#desk.takeShare(this.importance, orgId)) {
      this.#orgId = orgId;
      return true;
    }
    this.leave();
    return false;
  }

  /** The client has the word: what we only wait for burdens nobody. */
  pause(): void {
    if (this.#state !== 'held') return;
    this.#desk.giveBack(this.#orgId);
    this.#state = 'paused';
  }

  /** @returns why not, when others have taken the room meanwhile: the slot is left */
  resume(): Refusal | null {
    if (this.#state !== 'paused') return null;
    const why = this.#desk.take(this.importance, this.#orgId);
    this.#state = why === null ? 'held' : 'left';
    return why;
  }

  leave(): void {
    if (this.#state === 'held') this.#desk.giveBack(this.#orgId);
    this.#state = 'left';
  }
}
