import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReportedPosition, routes } from '@muster/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cast, setTheScene } from './cast.ts';
import { call, demoPassword, type Session, signIn } from './client.ts';
import { freePort, type MusterProcess, startMuster } from './muster-process.ts';
import { punchBody } from './scene.ts';

/**
 * A phone forgets what was acknowledged. So whatever kills Muster, and whenever: every acknowledged fix is there, exactly
 * once; and a fix that was sent again because its answer was lost is not there twice. The ledger is what the phones know.
 */

const kills = 20;
/** In this round PostgreSQL is killed under a living Muster, in the next one both. */
const roundOfDatabase = 10;
const place = { latitude: 46.9212, longitude: 15.8735 };

type Fate = 'acknowledged' | 'unknown';

interface Phone {
  readonly memberId: string;
  readonly session: Session;
  /** By the time of the fix, which no two fixes of a phone share. */
  readonly ledger: Map<string, Fate>;
  lastFixMs: number;
}

let dataFolder = '';
let port = 0;
let muster: MusterProcess;
let phones: Phone[] = [];
let date = '';

const url = (): string => muster.url;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'muster-ledger-'));
  port = await freePort();
  muster = await startMuster({ dataFolder, port });
  const cast = await setTheScene(url());
  phones = await Promise.all(membersOf(cast).map(({ memberId, number }) => enter(memberId, number)));
}, 180_000);

afterAll(async () => {
  await muster?.kill();
  await killDatabase('SIGTERM').catch(() => undefined);
  await rm(dataFolder, { recursive: true, force: true });
});

const membersOf = ({ players: { live, phones: others, http } }: Cast) => [...live, ...others, ...http];

const enter = async (memberId: string, number: string): Promise<Phone> => {
  const session = await signIn(number, demoPassword, undefined, url());
  const principal = await signIn('principal@lindenhof.example', demoPassword, undefined, url());
  const gates = await call(routes.listGates, {}, principal, {}, url());
  const params = { gateId: gates.items[0]?.gateId ?? '' };
  const { text: code } = await call(routes.readPrintedCode, { params }, principal, {}, url());
  const { nonce } = await call(routes.scan, { body: { code } }, session, {}, url());
  const { day } = await call(routes.enter, { body: punchBody(session, 'ENTER', nonce, place) }, session, {}, url());
  date = day.date;
  return { memberId, session, ledger: new Map(), lastFixMs: Date.now() };
};

/** One to twenty fixes of now. */
const nextBatch = (phone: Phone): ReportedPosition[] =>
  Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => {
    phone.lastFixMs = Math.max(Date.now(), phone.lastFixMs + 1);
    return { ...place, fixedAt: new Date(phone.lastFixMs).toISOString(), accuracyMeters: 5 };
  });

/** Sends for ever, and everything again until it is acknowledged, as phones do. */
const reportUntil = async (phone: Phone, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const positions = nextBatch(phone);
    for (const { fixedAt } of positions) phone.ledger.set(fixedAt, 'unknown');
    while (!(await isAcknowledged(phone, positions))) {
      if (signal.aborted) return;
      await sleep(20);
    }
    for (const { fixedAt } of positions) phone.ledger.set(fixedAt, 'acknowledged');
  }
};

const isAcknowledged = async ({ session }: Phone, positions: readonly ReportedPosition[]): Promise<boolean> => {
  const response = await fetch(`${url()}${routes.reportPositions.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session.accessToken}` },
    body: JSON.stringify({ positions }),
    signal: AbortSignal.timeout(15_000),
  }).catch(() => null);
  if (response === null) return false;
  if (response.status === 200) {
    // The answer counts when it is there as a whole.
    const answer = await response.json().catch(() => null);
    if (answer === null) return false;
    expect(answer).toEqual({ stored: positions.length, dropped: 0, quarantined: 0, tracking: true });
    return true;
  }
  await response.body?.cancel();
  // Busy, or the database is away: nothing was stored, and the phone is told so. Anything else would be a loss.
  expect(response.status).toBe(503);
  return false;
};

const killDatabase = async (signal: NodeJS.Signals): Promise<void> => {
  const pid = Number((await readFile(join(dataFolder, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  try {
    if (Number.isInteger(pid) && pid > 1) process.kill(pid, signal);
  } catch (error) {
    // It may have noticed by itself that its Muster is gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Some phone is acknowledged again: Muster works after what was done to it. */
const untilAcknowledgedAgain = async (): Promise<void> => {
  const count = () => phones.reduce((sum, { ledger }) => sum + acknowledged(ledger).length, 0);
  const before = count();
  const deadline = performance.now() + 60_000;
  while (count() <= before) {
    if (performance.now() > deadline) throw new Error(`Nothing is acknowledged any more.\n${await muster.excerpt()}`);
    await sleep(20);
  }
};

const acknowledged = (ledger: ReadonlyMap<string, Fate>): string[] =>
  [...ledger].filter(([, fate]) => fate === 'acknowledged').map(([fixedAt]) => fixedAt);

it(`keeps every acknowledged fix exactly once over ${kills} times kill -9`, { timeout: 420_000 }, async () => {
  const stop = new AbortController();
  // Two at a time from each phone, so that one commit holds fixes of many.
  const senders = [...phones, ...phones].map((phone) => reportUntil(phone, stop.signal));
  const failed = Promise.all(senders);
  failed.catch(() => undefined);
  const startedAt = performance.now();
  for (let round = 1; round <= kills; round += 1) {
    await Promise.race([untilAcknowledgedAgain(), failed]);
    await sleep(Math.random() * 400);
    if (round === roundOfDatabase) {
      await killDatabase('SIGKILL');
      continue;
    }
    await muster.kill();
    if (round === roundOfDatabase + 1) await killDatabase('SIGKILL');
    muster = await startMuster({ dataFolder, port });
  }
  await Promise.race([untilAcknowledgedAgain(), failed]);
  stop.abort();
  await failed;

  let sum = 0;
  for (const { memberId, session, ledger } of phones) {
    const request = { params: { memberId }, query: { date } };
    const { positions } = await call(routes.readTrack, request, session, {}, url());
    const stored = positions.map(({ fixedAt }) => fixedAt);
    expect(stored.length, 'something is there twice').toBe(new Set(stored).size);
    const there = new Set(stored);
    expect(
      acknowledged(ledger).filter((fixedAt) => !there.has(fixedAt)),
      'acknowledged, but lost',
    ).toEqual([]);
    expect(
      stored.filter((fixedAt) => !ledger.has(fixedAt)),
      'stored, but never sent',
    ).toEqual([]);
    sum += acknowledged(ledger).length;
  }
  expect(sum).toBeGreaterThan(kills * 10);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.info(`${sum} acknowledged fixes, ${kills} kills, ${seconds} s: nothing lost, nothing twice.`);
  await muster.stop();
});
