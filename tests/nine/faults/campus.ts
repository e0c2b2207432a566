import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { openNow } from '../../acceptance/cast.ts';
import { call, type Session } from '../../acceptance/client.ts';
import {
  deliver,
  enter,
  fixesOf,
  look,
  note,
  type Person,
  type Phone,
  type Place,
  readPlace,
  renewed,
  type Seen,
  signInOnPhone,
  wander,
  worksFor,
} from './actors.ts';
import { askSteadily, openCrowd } from './crowd.ts';
import type { Bystanders } from './fault.ts';
import type { violationsOf } from './verdict.ts';

const phonesCount = 5;
export const recoverWithinMs = 120_000;
/** So long everything goes well before a strike, and after it. */
export const calmMs = 1_500;
/** Ten sockets each, and ten of staff: 500. */
const crowdMembers = 49;
/** With what phones, somebody who looks and somebody at the gate ask: 200. */
const requestsPerSecond = 190;
const enterEveryMs = 3_000;
/** One for each fault, and those whom a flood wants. */
const keptForOthers = 75;
/** For those faults that come after a flood. */
const keptAtLeast = 5;

/** A day at the demonstration college: phones that report, somebody who walks out and back, somebody who looks. */
export class Campus implements Bystanders {
  readonly place: Place;
  readonly #phones: Phone[] = [];
  readonly #entered: string[] = [];
  readonly #enteredWithin = new Map<string, readonly [fromMs: number, toMs: number]>();
  readonly #arrivedMs = new Map<string, number>();
  readonly #excursions = new Map<string, number>();
  readonly #free: Person[];
  readonly #groupId: string;
  #principal: Session;

  private constructor(place: Place & { principal: Session }, groupId: string, free: Person[]) {
    this.place = place;
    this.#principal = place.principal;
    this.#groupId = groupId;
    this.#free = free;
  }

  static async open(url: string): Promise<Campus> {
    const place = await readPlace(url);
    const groups = (await call(routes.listGroups, {}, place.principal, {}, url)).items.map(({ groupId }) => groupId);
    await openNow(groups, place.timeZone, place.principal, url);
    const free: Person[] = [];
    for (const groupId of groups) {
      const { items } = await call(routes.readBoard, { query: { groupId } }, place.principal, {}, url);
      for (const { member, day } of items) {
        if (day.enteredAt === null && member.number !== null)
          free.push({ memberId: member.memberId, number: member.number, deviceId: randomUUID() });
      }
    }
    const [groupId] = groups;
    if (groupId === undefined) throw new Error('There is no group.');
    const campus = new Campus(place, groupId, free);
    while (campus.#phones.length < phonesCount) await campus.#enterNext(url);
    return campus;
  }

  /**
   * Everything that goes on while a fault strikes; resolves when all have come to the end of what they do.
   * @param pauseMs of phones between two reports, and of who looks between two looks
   */
  async work(url: string, seen: Seen, signal: AbortSignal, pauseMs: number): Promise<void> {
    const [walker, ...others] = this.#phones;
    await Promise.all([
      ...others.slice(0, phonesCount - 1).map((phone) => wander(phone, this.place, url, seen, signal, pauseMs)),
      walker && this.#walkOutAndBack(walker, url, seen),
      this.#enterDuring(url, seen),
      look(this.#principal, this.#groupId, url, seen, signal, pauseMs),
    ]);
  }

  /** Every fix is delivered, however long it takes: then there is one excursion, with its beginning and its end. */
  async #walkOutAndBack(phone: Phone, url: string, seen: Seen): Promise<void> {
    const patience = AbortSignal.timeout(recoverWithinMs);
    for (const [where, times] of [
      ['inside', 3],
      ['outside', 4],
      ['inside', 4],
    ] as const) {
      for (let time = 0; time < times; time += 1) {
        await deliver(phone, fixesOf(phone, this.place[where], 1), url, seen, patience);
        await sleep(400);
      }
    }
    this.#excursions.set(phone.memberId, (this.#excursions.get(phone.memberId) ?? 0) + 1);
  }

  /** Somebody stands at the gate while it happens, and tries until the ENTER is taken. */
  async #enterDuring(url: string, seen: Seen): Promise<void> {
    await sleep(calmMs);
    const deadline = performance.now() + recoverWithinMs;
    while (performance.now() < deadline) {
      try {
        await this.#enterNext(url);
        note(seen, 'ENTER 200');
        return;
      } catch {
        note(seen, 'ENTER no answer');
        await sleep(300);
      }
    }
  }

  async #enterNext(url: string): Promise<void> {
    const player = this.#free.shift();
    if (player === undefined) throw new Error('Everybody has entered.');
    try {
      await this.#enter(player, await signInOnPhone(player, url), url);
    } catch (error) {
      // Tried again, by whoever is next.
      this.#free.unshift(player);
      throw error;
    }
  }

  async #enter(player: Person, session: Session, url: string): Promise<Phone> {
    const arrivedMs = this.#arrivedMs.get(player.memberId) ?? Date.now();
    this.#arrivedMs.set(player.memberId, arrivedMs);
    const phone = await enter(player, session, this.place, url);
    this.#phones.push(phone);
    this.#entered.push(player.memberId);
    this.#enteredWithin.set(player.memberId, [arrivedMs, Date.now()]);
    return phone;
  }

  principal(): Session {
    return this.#principal;
  }

  async phones(count: number, url: string): Promise<readonly Phone[]> {
    while (this.#phones.length < phonesCount + count) await this.#enterNext(url);
    const phones = this.#phones.slice(phonesCount, phonesCount + count);
    // They may have entered long ago, and not asked since.
    for (const phone of phones) phone.session = await renewed(phone.session, url);
    return phones;
  }

  async queueUp(count: number, url: string): Promise<readonly (() => Promise<number>)[]> {
    const queue: (() => Promise<number>)[] = [];
    if (this.#free.length < keptAtLeast + count) throw new Error(`Only ${this.#free.length} have not entered yet.`);
    for (const player of this.#free.splice(keptAtLeast, count)) {
      const session = await signInOnPhone(player, url);
      queue.push(async () => {
        const deadline = performance.now() + recoverWithinMs;
        for (let tries = 1; performance.now() < deadline; tries += 1) {
          try {
            await this.#enter(player, session, url);
            return tries;
          } catch {
            await sleep(300);
          }
        }
        return Number.POSITIVE_INFINITY;
      });
    }
    return queue;
  }

  /** 500 sockets and 200 requests a second, and a punch every few seconds that the sockets of staff have to hear. */
  async openCrowd(url: string, seen: Seen, signal: AbortSignal): Promise<{ violations(): Promise<string[]> }> {
    // They have phones of their own from here on: their ENTER from another one would be held.
    const numbers = this.#free.splice(-crowdMembers).map(({ number }) => number);
    const crowd = await openCrowd(numbers, url);
    const before = this.#entered.length;
    const asking = askSteadily(this.#principal, requestsPerSecond, url, seen, signal);
    const entering = this.#keepEntering(url, seen, signal);
    return {
      violations: async () => {
        await Promise.all([asking, entering]);
        const violations = await crowd.violations(this.#entered.slice(before));
        crowd.close();
        return violations;
      },
    };
  }

  async #keepEntering(url: string, seen: Seen, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#free.length > keptForOthers) {
      await this.#enterDuring(url, seen);
      await sleep(enterEveryMs);
    }
  }

  async renew(url: string): Promise<void> {
    this.#principal = await renewed(this.#principal, url);
    // Those who walk about; a token that ends meanwhile would look as if something had gone wrong.
    for (const phone of this.#phones.slice(0, phonesCount)) phone.session = await renewed(phone.session, url);
  }

  async untilItWorks(url: string): Promise<boolean> {
    const [phone] = this.#phones.slice(1);
    const deadline = performance.now() + recoverWithinMs;
    while (phone !== undefined && performance.now() < deadline) {
      if (await worksFor(phone, this.place, this.#groupId, this.#principal, url)) return true;
      await sleep(200);
    }
    return false;
  }

  expected(): Parameters<typeof violationsOf>[1] {
    return {
      phones: this.#phones,
      entered: this.#entered,
      enteredWithin: this.#enteredWithin,
      excursions: this.#excursions,
    };
  }
}
