import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Coordinates } from '@muster/contracts';

/** More than can be done, asked for from a thread of its own, so that whoever watches is not held up by it. */
export interface FloodOrder {
  readonly url: string;
  readonly seconds: number;
  /** Absent: each connection asks again as soon as it is answered. */
  readonly perSecond?: number;
  /** Connections. */
  readonly atOnce: number;
  readonly pages: readonly { readonly kind: string; readonly path: string; readonly authorization: string }[];
  readonly phones: readonly { readonly authorization: string; readonly lastFixMs: number }[];
  readonly place: Coordinates;
}

export interface FloodOutcome {
  /** How often each kind was answered how: `view 200`, `view 503`, `view 503 without Retry-After`, `view no answer`. */
  readonly answers: ReadonlyMap<string, number>;
  /** What each phone knows about its fixes. */
  readonly fixes: readonly (readonly (readonly [fixedAt: string, isAcknowledged: boolean])[])[];
  /** Those that were not even asked, because so many waited for an answer. */
  readonly unasked: number;
}

const answerWithinMs = 30_000;

class Flood {
  readonly #order: FloodOrder;
  readonly #agent: Agent;
  readonly #answers = new Map<string, number>();
  readonly #fixes: [string, boolean][][];
  readonly #lastFixMs: number[];
  #asked = 0;

  constructor(order: FloodOrder) {
    this.#order = order;
    this.#agent = new Agent({ keepAlive: true, maxSockets: order.atOnce });
    this.#fixes = order.phones.map(() => []);
    this.#lastFixMs = order.phones.map(({ lastFixMs }) => lastFixMs);
  }

  async run(): Promise<FloodOutcome> {
    const { seconds, perSecond, atOnce } = this.#order;
    const endsAt = performance.now() + seconds * 1_000;
    const unasked = perSecond === undefined ? await this.#closed(endsAt, atOnce) : await this.#open(endsAt, perSecond);
    this.#agent.destroy();
    return { answers: this.#answers, fixes: this.#fixes, unasked };
  }

  async #closed(endsAt: number, atOnce: number): Promise<number> {
    const one = async (): Promise<void> => {
      while (performance.now() < endsAt) await this.#ask();
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return 0;
  }

  /** Whoever waits for an answer keeps nobody from asking, up to the number of connections. */
  async #open(endsAt: number, perSecond: number): Promise<number> {
    const pending = new Set<Promise<void>>();
    const startedAt = performance.now();
    let unasked = 0;
    for (let due = 0; performance.now() < endsAt; ) {
      const wanted = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
      for (; due < wanted; due += 1) {
        if (pending.size >= this.#order.atOnce) {
          unasked += 1;
          continue;
        }
        const asked: Promise<void> = this.#ask().finally(() => pending.delete(asked));
        pending.add(asked);
      }
      await sleep(5);
    }
    await Promise.all(pending);
    return unasked;
  }

  /** A page, and a report of a position, in turns. */
  #ask(): Promise<void> {
    const { pages, phones } = this.#order;
    this.#asked += 1;
    const turn = this.#asked % (pages.length + 1);
    const page = pages[turn];
    if (page !== undefined) return this.#send(page.kind, 'GET', page.path, page.authorization);
    const which = Math.floor(this.#asked / (pages.length + 1)) % phones.length;
    return this.#report(which, phones[which]?.authorization ?? '');
  }

  async #report(which: number, authorization: string): Promise<void> {
    const atMs = Math.max(Date.now(), (this.#lastFixMs[which] ?? 0) + 1);
    this.#lastFixMs[which] = atMs;
    const entry: [string, boolean] = [new Date(atMs).toISOString(), false];
    this.#fixes[which]?.push(entry);
    const fix = { ...this.#order.place, fixedAt: entry[0], accuracyMeters: 5 };
    await this.#send('position', 'POST', '/v1/positions', authorization, { positions: [fix] }, (text) => {
      entry[1] = (JSON.parse(text) as { stored?: number }).stored === 1;
    });
  }

  #send(
    kind: string,
    method: string,
    path: string,
    authorization: string,
    body?: object,
    taken?: (text: string) => void,
  ): Promise<void> {
    return new Promise((resolve) => {
      const done = (how: string): void => {
        const key = `${kind} ${how}`;
        this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
        resolve();
      };
      const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
      const asked = request(`${this.#order.url}${path}`, {
        method,
        headers,
        agent: this.#agent,
        timeout: answerWithinMs,
      });
      asked.on('timeout', () => asked.destroy(new Error('That took too long.')));
      asked.on('error', () => done('no answer'));
      asked.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', () => done('no answer'));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status === 200) taken?.(text);
          const isExplicit = status === 200 || response.headers['retry-after'] !== undefined;
          done(`${status}${isExplicit ? '' : ' without Retry-After'}`);
        });
      });
      asked.end(body && JSON.stringify(body));
    });
  }
}

parentPort?.postMessage(await new Flood(workerData as FloodOrder).run());
