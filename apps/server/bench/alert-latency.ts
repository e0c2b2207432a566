import { setTimeout as sleep } from 'node:timers/promises';
import { type Coordinates, liveFrame, liveSubprotocol, routes } from '@muster/contracts';
import { ask, type Phone, signIn } from './campus.ts';

const inside: Coordinates = { latitude: 46.9212, longitude: 15.8735 };
/** Some 400 m north of the campus. */
const outside: Coordinates = { latitude: 46.9262, longitude: 15.8735 };
/** So many fixes make an excursion, and end one. */
const decidingFixes = 3;
const backgroundFixesPerSecond = 200;

/**
 * How long it takes from sending the fix that decides an excursion to the alert on the teacher's socket, in milliseconds,
 * one value for each excursion. `walkers` leave and come back again and again, while `others` report 200 fixes a second
 * between them.
 */
export const measureAlerts = async (
  url: string,
  walkers: readonly Phone[],
  others: readonly Phone[],
  rounds: number,
): Promise<number[]> => {
  const teacher = await listen(url, await signIn(url, 'teacher@lindenhof.example'));
  const background = new AbortController();
  const noise = reportInBackground(url, others, background.signal);
  const latencies: number[] = [];
  await Promise.all(
    walkers.map(async (walker, index) => {
      // Not all at once.
      await sleep((index / walkers.length) * 1_000);
      for (let round = 0; round < rounds; round += 1) {
        for (let fix = 1; fix < decidingFixes; fix += 1) await report(url, walker, outside);
        const alerted = teacher.nextAlertOf(walker.memberId);
        const sentAt = performance.now();
        await report(url, walker, outside);
        latencies.push((await alerted) - sentAt);
        for (let fix = 0; fix < decidingFixes; fix += 1) await report(url, walker, inside);
        await sleep(500 + Math.random() * 500);
      }
    }),
  );
  background.abort();
  await noise;
  teacher.close();
  return latencies;
};

const report = async (url: string, phone: Phone, at: Coordinates): Promise<void> => {
  phone.lastFixMs = Math.max(Date.now(), phone.lastFixMs + 1);
  const position = { ...at, fixedAt: new Date(phone.lastFixMs).toISOString(), accuracyMeters: 8 };
  await ask(url, routes.reportPositions, phone.accessToken, { body: { positions: [position] } });
};

const reportInBackground = async (url: string, phones: readonly Phone[], signal: AbortSignal): Promise<void> => {
  const everyMs = (phones.length / backgroundFixesPerSecond) * 1_000;
  await Promise.all(
    phones.map(async (phone, index) => {
      await sleep((index / phones.length) * everyMs);
      let nextAt = performance.now();
      while (!signal.aborted) {
        await report(url, phone, inside);
        nextAt += everyMs;
        await sleep(Math.max(0, nextAt - performance.now()));
      }
    }),
  );
};

interface Listener {
  /** Resolves with the moment (performance.now) of the next alert about a member. */
  nextAlertOf(memberId: string): Promise<number>;
  close(): void;
}

const listen = async (url: string, accessToken: string): Promise<Listener> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`, [liveSubprotocol, `bearer.${accessToken}`]);
  const waiting = new Map<string, (at: number) => void>();
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('The live socket did not open.')));
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics: ['alerts'] })));
    socket.addEventListener('message', ({ data }) => {
      const at = performance.now();
      const frame = liveFrame.parse(JSON.parse(String(data)));
      if (frame.type === 'subscribed') resolve();
      if (frame.type === 'ping') socket.send('{"type":"pong"}');
      if (frame.type !== 'event' || frame.happening.kind !== 'alert-raised') return;
      waiting.get(frame.happening.memberId)?.(at);
    });
  });
  await subscribed;
  return {
    nextAlertOf: (memberId) =>
      new Promise((resolve, reject) => {
        const overdue = setTimeout(() => reject(new Error(`No alert about ${memberId} came within 30 s.`)), 30_000);
        waiting.set(memberId, (at) => {
          clearTimeout(overdue);
          waiting.delete(memberId);
          resolve(at);
        });
      }),
    close: () => socket.close(),
  };
};
