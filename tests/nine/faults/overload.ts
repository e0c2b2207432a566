import { Worker } from 'node:worker_threads';
import { routes } from '@muster/contracts';
import { type Session, send } from '../../acceptance/client.ts';
import type { Bystanders, Target } from './fault.ts';
import type { FloodOrder, FloodOutcome } from './flood.ts';

const times = 5;
const measureSeconds = 5;
const floodSeconds = 20;
/** Of those who ask while there is room. */
const calmConnections = 32;
const floodConnections = 1_000;
const floodPhones = 8;
const clockIns = 40;
const essentialEveryMs = 50;
/** Of clock-ins, and of all that ranks with them. */
const leastServed = 0.999;

/** What is given up first comes first. */
const ranks = ['report', 'view', 'position', 'essential'] as const;

/** Asks for five times of what was answered without hurry, while members come in. */
export const overload = async ({ fleet: { url }, campus, lengthen, violated, tell }: Target): Promise<void> => {
  const phones = await campus.phones(floodPhones, url);
  const arriving = await campus.queueUp(clockIns, url);
  const principal = campus.principal();
  const authorization = (session: Session): string => `Bearer ${session.accessToken}`;
  const flood = async (order: Pick<FloodOrder, 'seconds' | 'atOnce' | 'perSecond'>): Promise<FloodOutcome> => {
    const outcome = await inThread({
      ...order,
      url,
      pages: [
        { kind: 'report', path: routes.listAuditEntries.path, authorization: authorization(principal) },
        { kind: 'view', path: routes.readBoard.path, authorization: authorization(principal) },
      ],
      phones: phones.map(({ session, lastFixMs }) => ({ authorization: authorization(session), lastFixMs })),
      place: campus.place.inside,
    });
    for (const [index, fixes] of outcome.fixes.entries()) {
      const phone = phones[index];
      if (phone === undefined) continue;
      for (const [fixedAt, isAcknowledged] of fixes) {
        phone.ledger.set(fixedAt, isAcknowledged ? 'acknowledged' : 'unknown');
        phone.lastFixMs = Math.max(phone.lastFixMs, Date.parse(fixedAt));
      }
    }
    return outcome;
  };

  const calm = await flood({ seconds: measureSeconds, atOnce: calmConnections });
  const capacity = servedOf(calm.answers) / measureSeconds;
  const perSecond = capacity * times;
  const seconds = floodSeconds * lengthen;
  const punched = punchAll(arriving, (seconds * 1_000) / (arriving.length + 1));
  const essential = askForEssentials(principal, url, seconds * 1_000);
  const outcome = await flood({ seconds, atOnce: floodConnections, perSecond });
  const answers = new Map([...outcome.answers, ...(await essential)]);
  const punches = await punched;
  report({ capacity, perSecond, seconds, outcome, answers, punches }, tell);
  judge(answers, punches, violated);
};

interface Seen {
  readonly capacity: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly outcome: FloodOutcome;
  readonly answers: ReadonlyMap<string, number>;
  readonly punches: readonly Punch[];
}

const report = ({ capacity, perSecond, seconds, outcome, answers, punches }: Seen, tell: Target['tell']): void => {
  const asked = [...outcome.answers.values()].reduce((sum, count) => sum + count, 0);
  tell(
    `${Math.round(capacity)} requests/s are answered without hurry; ${Math.round(perSecond)}/s wanted for ${seconds} s, ` +
      `${Math.round(asked / seconds)}/s asked, ${outcome.unasked} kept back behind ${floodConnections} that waited`,
  );
  tell(`served: ${ranks.map((rank) => `${rank} ${(shareServed(answers, rank) * 100).toFixed(1)} %`).join(', ')}`);
  const slowest = punches.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
  const at = (share: number): number => Math.round(slowest[Math.floor((slowest.length - 1) * share)] ?? 0);
  const first = punches.filter(({ isFirstTry }) => isFirstTry).length;
  tell(`clock-ins: ${first} of ${punches.length} at the first try, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  tell([...answers].map(([kind, count]) => `${kind} ×${count}`).join(', '));
};

const judge = (
  answers: ReadonlyMap<string, number>,
  punches: readonly Punch[],
  violated: (sentence: string) => void,
): void => {
  const first = punches.filter(({ isFirstTry }) => isFirstTry).length;
  if (punches.length === 0 || first / punches.length < leastServed)
    violated(`only ${first} of ${punches.length} clock-ins succeeded at the first try`);
  if (shareServed(answers, 'essential') < leastServed) violated('what is essential was refused');
  for (const [index, rank] of ranks.entries()) {
    const lesser = ranks[index - 1];
    // A tenth: what each process of several sheds, it sheds by itself.
    if (lesser !== undefined && shareServed(answers, rank) < shareServed(answers, lesser) - 0.1)
      violated(`${rank} was shed before ${lesser}`);
  }
  for (const [kind, count] of answers) {
    if (!/ (200|429|503)$/.test(kind)) violated(`${count} times: ${kind}`);
  }
  if (![...answers.keys()].some((kind) => / (429|503)$/.test(kind))) violated('nothing was shed: that was no overload');
};

const servedOf = (answers: ReadonlyMap<string, number>): number =>
  [...answers].reduce((sum, [kind, count]) => sum + (kind.endsWith(' 200') ? count : 0), 0);

const shareServed = (answers: ReadonlyMap<string, number>, rank: string): number => {
  const own = new Map([...answers].filter(([kind]) => kind.startsWith(rank)));
  const all = [...own.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 1 : servedOf(own) / all;
};

interface Punch {
  readonly isFirstTry: boolean;
  readonly tookMs: number;
}

const punchAll = (arriving: Awaited<ReturnType<Bystanders['queueUp']>>, everyMs: number): Promise<Punch[]> =>
  Promise.all(
    arriving.map(async (punch, index): Promise<Punch> => {
      await pause((index + 1) * everyMs);
      const startedAt = performance.now();
      const tries = await punch();
      return { isFirstTry: tries === 1, tookMs: performance.now() - startedAt };
    }),
  );

/** What ranks with clock-ins, often enough to tell one in a thousand. */
const askForEssentials = async (session: Session, url: string, forMs: number): Promise<ReadonlyMap<string, number>> => {
  const answers = new Map<string, number>();
  const ask = async (): Promise<void> => {
    const how = await send(routes.whoAmI, {}, session, {}, url).then(
      async (response) => {
        await response.arrayBuffer();
        const isExplicit = response.ok || response.headers.has('retry-after');
        return `${response.status}${isExplicit ? '' : ' without Retry-After'}`;
      },
      () => 'no answer',
    );
    answers.set(`essential ${how}`, (answers.get(`essential ${how}`) ?? 0) + 1);
  };
  await Promise.all(
    Array.from({ length: Math.floor(forMs / essentialEveryMs) }, async (_none, index) => {
      await pause(index * essentialEveryMs);
      await ask();
    }),
  );
  return answers;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const inThread = (order: FloodOrder): Promise<FloodOutcome> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./flood.ts', import.meta.url), { workerData: order });
    worker.once('message', (outcome: FloodOutcome) => resolve(outcome));
    worker.once('error', reject);
    worker.once('exit', (code) => code !== 0 && reject(new Error(`The flood ended with ${code}.`)));
  });
