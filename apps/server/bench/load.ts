import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';

/**
 * The load, in a process of its own, so that it costs the measured ones nothing but their share of the machine. Reads
 * what to do as JSON from standard input and prints what came of it as JSON.
 */
export interface LoadOrder {
  readonly url: string;
  readonly path: string;
  readonly seconds: number;
  readonly fixesPerRequest: number;
  /** One connection for each: a phone. */
  readonly phones: readonly { readonly headers: Readonly<Record<string, string>>; readonly lastFixMs: number }[];
}
export interface LoadOutcome {
  readonly fixesPerSecond: number;
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Where each phone's time stands, so that the next run goes on from there. */
  readonly lastFixMs: readonly number[];
}

const order = JSON.parse(await text(process.stdin)) as LoadOrder;
const lastFixMs = order.phones.map((phone) => phone.lastFixMs);

/** Fixes on the campus, a few meters apart, no two of a phone at the same time. */
const bodyOf = (phone: number): string => {
  const fixes: string[] = [];
  for (let index = 0; index < order.fixesPerRequest; index += 1) {
    const at = Math.max(Date.now(), (lastFixMs[phone] ?? 0) + 1);
    lastFixMs[phone] = at;
    const latitude = 46.9212 + (at % 97) * 1e-6;
    const longitude = 15.8735 + (at % 89) * 1e-6;
    fixes.push(
      `{"latitude":${latitude.toFixed(7)},"longitude":${longitude.toFixed(7)},"fixedAt":"${new Date(at).toISOString()}",` +
        '"accuracyMeters":8,"speedMetersPerSecond":1.2,"headingDegrees":90,"batteryFraction":0.8,"mock":false}',
    );
  }
  return `{"positions":[${fixes.join(',')}]}`;
};

let connected = 0;
const result = await autocannon({
  url: order.url,
  connections: order.phones.length,
  duration: order.seconds,
  setupClient: (client) => {
    const phone = connected++ % order.phones.length;
    const headers = { 'content-type': 'application/json', ...order.phones[phone]?.headers };
    const setupRequest = (request: Record<string, unknown>) => ({ ...request, body: bodyOf(phone) });
    client.setRequests([{ method: 'POST', path: order.path, headers, setupRequest }]);
  },
});
const outcome: LoadOutcome = {
  fixesPerSecond: (result['2xx'] * order.fixesPerRequest) / result.duration,
  requests: result['2xx'],
  failed: result.non2xx + result.errors + result.timeouts,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
  lastFixMs,
};
process.stdout.write(JSON.stringify(outcome));
