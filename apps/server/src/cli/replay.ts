import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  attendanceRoutes,
  authRoutes,
  type Excursion,
  geoRoutes,
  organizationRoutes,
  type RouteAnswer,
  type Site,
} from '@muster/contracts';
import { demoPassword, demoSignIns } from '../demo/create-demo.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { ApiClient, ApiProblem, ApiSession, deviceIdOf } from './api/api-client.ts';
import { DeviceKey } from './api/device-key.ts';
import { type HangingCode, punchAtTheGate, readHangingCode } from './api/at-the-gate.ts';
import { ProgressLine } from './progress-line.ts';
import { readTrack } from './tracks/read-track.ts';
import { dueBatch, nextSendAt, toReported } from './tracks/send-plan.ts';
import { moveTrack, retime, type TrackPoint } from './tracks/track.ts';

export interface ReplayOptions {
  readonly member: string;
  readonly speed: string;
  readonly to?: string;
  readonly url: string;
  readonly password?: string;
  /** What the code at the gate says; without it the office of the demonstration is asked. */
  readonly gateCode?: string;
}

/** A track that is moved onto a site becomes no wider than this: so that it leaves the site and comes back. */
const movedSpanMeters = 1500;
/** For so long after the last fix its excursion may still be worked out. */
const settleMs = 3000;

interface Tally {
  sent: number;
  stored: number;
  dropped: number;
  quarantined: number;
  refused: number;
  /** Why it ended before the track did. */
  stoppedBecause: string | null;
}

/**
 * Plays a recorded track as the phone of a member would report it: signs in, enters at the gate where that was not done
 * yet, and reports every fix when it is made. The recorded durations are divided by the speed; no fix is ever ahead of
 * the clock. Ends with what Muster made of it; the exit code is 1 when it was not everything.
 */
export const replay = async (file: string, options: ReplayOptions): Promise<void> => {
  const speed = speedOf(options.speed);
  const recorded = readTrack(basename(file), await readFile(file, 'utf8'));
  const client = new ApiClient(options.url);
  const phone = await signIn(client, options.member, options.password ?? demoPassword, 'replay');
  const { userId: memberId, displayName } = await phone.call(authRoutes.whoAmI, {});
  const { items: sites } = await phone.call(organizationRoutes.listSites, {});
  const track = options.to === undefined ? recorded : moveOnto(recorded, siteCalled(options.to, sites));
  const date = await beTracked(client, phone, memberId, options);
  console.log(`  ${displayName} is tracked. ${summaryOf(track, speed)}`);

  const before = new Set((await excursionsOf(phone, memberId, date)).map(({ excursionId }) => excursionId));
  const tally = await report(phone, retime(track, clock.now().getTime(), speed));
  await pause(settleMs);
  const excursions = (await excursionsOf(phone, memberId, date)).filter(({ excursionId }) => !before.has(excursionId));
  conclude(tally, excursions);
};

const speedOf = (text: string): number => {
  const speed = Number(text);
  if (!(speed > 0 && Number.isFinite(speed))) throw new Error(`The speed must be a number above 0, not "${text}".`);
  return speed;
};

const signIn = (client: ApiClient, identifier: string, password: string, purpose: string): Promise<ApiSession> =>
  ApiSession.signIn(client, {
    identifier,
    password,
    device: { deviceId: deviceIdOf(`${purpose} ${identifier}`), name: 'Muster on the command line' },
    key: new DeviceKey(`${purpose} ${identifier} ${password}`, clock.now().getTime()),
  });

const siteCalled = (name: string, sites: readonly Site[]): Site => {
  const wanted = name.toLowerCase();
  const found =
    sites.find((site) => site.name.toLowerCase() === wanted) ??
    sites.find((site) => site.name.toLowerCase().includes(wanted));
  if (found !== undefined) return found;
  throw new Error(`There is no site "${name}". There are: ${sites.map((site) => site.name).join(', ')}.`);
};

const moveOnto = (points: readonly TrackPoint[], site: Site): TrackPoint[] => {
  console.log(`  The track is moved onto ${site.name}, and made no wider than ${movedSpanMeters} m.`);
  return moveTrack(points, site.center, movedSpanMeters);
};

/** ENTER, unless the member has entered. Resolves with the date of the day that this counts for. */
const beTracked = async (
  client: ApiClient,
  phone: ApiSession,
  memberId: string,
  { gateCode }: ReplayOptions,
): Promise<string> => {
  const today = await phone.call(attendanceRoutes.readToday, { params: { memberId } });
  if (today.tracking !== null) return today.day.date;
  if (today.day.exitedAt !== null) {
    throw new Error(`${today.member.displayName} has left today: what the phone reports now would be dropped.`);
  }
  const code =
    gateCode === undefined ? await askTheOffice(client, today.member.siteId) : { text: gateCode, gate: null };
  const { punch, day } = await punchAtTheGate(phone, 'ENTER', code, { reason: 'A recorded track is replayed.', clock });
  if (punch.verdict !== 'held') return day.date;
  const why = punch.findings.map(({ sentence }) => sentence).join(' ');
  throw new Error(`The ENTER waits for a supervisor: ${why} Once it is accepted, start the replay again.`);
};

/** The office of the demonstration reads the printed code out. */
const askTheOffice = async (client: ApiClient, siteId: string): Promise<HangingCode> => {
  const office = demoSignIns.find(({ label }) => label === 'Office');
  if (office === undefined) throw new Error('The demonstration has no office.');
  try {
    const operator = await signIn(client, office.identifier, office.password, 'replay');
    const code = await readHangingCode(operator, siteId);
    await operator.signOut();
    if (code !== null) return code;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    throw new Error('The member has not entered yet. Give the code at the gate with --gate-code.', { cause: error });
  }
  throw new Error('The site of this member has no gate to enter by.');
};

/** Reports each fix when it is made, in batches. What Muster refuses altogether is counted, and the rest goes on. */
const report = async (phone: ApiSession, points: readonly TrackPoint[]): Promise<Tally> => {
  const tally: Tally = { sent: 0, stored: 0, dropped: 0, quarantined: 0, refused: 0, stoppedBecause: null };
  const progress = new ProgressLine();
  const endMs = points.at(-1)?.atMs ?? 0;
  let isInterrupted = false;
  const interrupted = new AbortController();
  const interrupt = () => {
    isInterrupted = true;
    interrupted.abort();
  };
  process.once('SIGINT', interrupt);
  let lastSentAtMs = clock.now().getTime();
  while (tally.sent < points.length && tally.stoppedBecause === null) {
    const waitMs = nextSendAt(points, tally.sent, lastSentAtMs) - clock.now().getTime();
    if (waitMs > 0) await pause(waitMs, undefined, { signal: interrupted.signal }).catch(() => {});
    if (isInterrupted) tally.stoppedBecause = 'It was interrupted.';
    const nowMs = clock.now().getTime();
    const batch = isInterrupted ? [] : dueBatch(points, tally.sent, nowMs);
    if (batch.length === 0) continue;
    await sendBatch(phone, batch, tally);
    lastSentAtMs = nowMs;
    const left = Math.max(0, Math.round((endMs - nowMs) / 1000));
    progress.show(tally.sent / points.length, `${tally.sent} of ${points.length} positions, ${left} s left`);
  }
  process.off('SIGINT', interrupt);
  progress.end();
  return tally;
};

const sendBatch = async (phone: ApiSession, batch: readonly TrackPoint[], tally: Tally): Promise<void> => {
  tally.sent += batch.length;
  try {
    const answer = await phone.call(geoRoutes.reportPositions, { body: { positions: batch.map(toReported) } });
    count(tally, answer);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    tally.refused += batch.length;
    if (error.status === 401 || error.status === 403) tally.stoppedBecause = error.message;
  }
};

const count = (tally: Tally, answer: RouteAnswer<typeof geoRoutes.reportPositions>): void => {
  tally.stored += answer.stored;
  tally.dropped += answer.dropped;
  tally.quarantined += answer.quarantined;
  if (!answer.tracking) tally.stoppedBecause = 'Tracking is off, so the phone stops reporting.';
};

const excursionsOf = async (phone: ApiSession, memberId: string, date: string): Promise<Excursion[]> =>
  (await phone.call(geoRoutes.readTimeline, { params: { memberId }, query: { date } })).excursions;

const summaryOf = (track: readonly TrackPoint[], speed: number): string => {
  const lastsMs = ((track.at(-1)?.atMs ?? 0) - (track[0]?.atMs ?? 0)) / speed;
  return `${track.length} positions follow, in ${spoken(lastsMs)}.`;
};

const spoken = (ms: number): string => (ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

const conclude = (tally: Tally, excursions: readonly Excursion[]): void => {
  const { sent, stored, dropped, quarantined, refused, stoppedBecause } = tally;
  console.log(`
  sent         ${sent}
  stored       ${stored}
  dropped      ${dropped}   (tracking was off at their time)
  quarantined  ${quarantined}   (put aside as unusable)
  refused      ${refused}
  excursions   ${excursions.length}`);
  for (const { durationMs, farthestMeters } of excursions) {
    const lasted = durationMs === null ? 'still outside' : `outside for ${spoken(durationMs)}`;
    console.log(`    ${lasted}, up to ${Math.round(farthestMeters)} m away`);
  }
  if (stoppedBecause !== null) console.log(`  It ended early: ${stoppedBecause}`);
  if (stored < sent || stoppedBecause !== null) process.exitCode = 1;
};
