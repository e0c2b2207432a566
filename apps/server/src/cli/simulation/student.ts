import { setTimeout as pause } from 'node:timers/promises';
import { attendanceRoutes, geoRoutes, type ReportedPosition } from '@muster/contracts';
import type { Clock } from '../../platform/clock.ts';
import { ApiSession, deviceIdOf, type ApiClient } from '../api/api-client.ts';
import { DeviceKey } from '../api/device-key.ts';
import { type HangingCode, punchAtTheGate } from '../api/at-the-gate.ts';
import { simulatedDay } from './day.ts';
import type { Pace } from './pace.ts';
import type { PathNetwork, Place } from './path-network.ts';
import { seededRandom } from '../../platform/seeded-random.ts';
import { between } from './random.ts';
import { Walker } from './walker.ts';

/** What all simulated people share. */
export interface SimulatedCampus {
  readonly client: ApiClient;
  readonly password: string;
  readonly code: HangingCode;
  readonly network: PathNetwork;
  /** Out of the gate and away; back is the same way. */
  readonly wayOut: readonly Place[];
  /** Signing in is expensive for the server. */
  readonly signIns: Pace;
  readonly requests: Pace;
  readonly clock: Clock;
}

const fixEveryMs = 4000;
const fixesInBatch = 2;
const afterClosingMs = 5 * 60_000;
const unplannedMs = 60 * 60_000;

/** Lives one day of one member after the other, for ever. @throws what goes wrong; living again goes on where it was */
export const live = async (campus: SimulatedCampus, member: { memberId: string; number: string }): Promise<void> => {
  const { client, password, clock } = campus;
  await campus.signIns.turn();
  const phone = await ApiSession.signIn(client, {
    identifier: member.number,
    password,
    device: { deviceId: deviceIdOf(`simulation ${member.number}`), name: 'Simulated phone' },
    key: new DeviceKey(`simulation ${member.number} ${password}`, clock.now().getTime()),
  });
  for (;;) {
    await campus.requests.turn();
    const today = await phone.call(attendanceRoutes.readToday, { params: { memberId: member.memberId } });
    if (today.day.exitedAt === null && today.plan !== null) {
      const seed = Number(member.number.replace(/\D/g, '')) + Date.parse(today.day.date) / 1000;
      await liveToday(campus, phone, { seed, isTracked: today.tracking !== null });
    }
    const closesAtMs = today.plan === null ? clock.now().getTime() + unplannedMs : Date.parse(today.plan.closesAt);
    await pause(Math.max(0, closesAtMs - clock.now().getTime()) + afterClosingMs);
  }
};

const liveToday = async (
  campus: SimulatedCampus,
  phone: ApiSession,
  { seed, isTracked }: { seed: number; isTracked: boolean },
): Promise<void> => {
  const { clock, code } = campus;
  const random = seededRandom(seed);
  const day = simulatedDay(random);
  const gate: Place = [code.gate.position.longitude, code.gate.position.latitude];
  const startMs = clock.now().getTime();
  const isDue = (afterMs: number | null) => afterMs !== null && clock.now().getTime() - startMs >= afterMs;
  if (!isTracked) {
    if (day.entersAfterMs === null) return;
    await pause(day.entersAfterMs);
    if (!(await punch(campus, phone, 'ENTER'))) return;
  }
  const walker = new Walker(campus.network, gate, random);
  const wayOut = campus.wayOut.slice(0, Math.ceil(between(random, 0.6, 1) * campus.wayOut.length));
  let errand: 'none' | 'out' | 'back' | 'home' = 'none';
  let wasAway = false;
  while (!isDue(day.silentAfterMs)) {
    if (walker.hasArrived && errand === 'home') {
      await punch(campus, phone, 'EXIT');
      return;
    }
    if (walker.hasArrived && errand === 'back') errand = 'none';
    if (walker.hasArrived && errand === 'out') {
      errand = 'back';
      walker.send([...wayOut.toReversed(), gate]);
    }
    if (errand === 'none' && !wasAway && isDue(day.leavesCampusAfterMs)) {
      [errand, wasAway] = ['out', true];
      walker.send([...campus.network.way(walker.place, gate), ...wayOut], day.awayMs);
    }
    if (errand === 'none' && isDue(day.exitsAfterMs)) {
      errand = 'home';
      walker.send(campus.network.way(walker.place, gate));
    }
    if (!(await walkAndReport(campus, phone, walker, random))) return;
  }
};

/** False where it did not start tracking, because somebody has to look at it first. */
const punch = async (campus: SimulatedCampus, phone: ApiSession, direction: 'ENTER' | 'EXIT'): Promise<boolean> => {
  await campus.requests.turn();
  const reason = direction === 'ENTER' ? 'The bus was late.' : 'My lessons are over for today.';
  const { punch: made } = await punchAtTheGate(phone, direction, campus.code, { reason, clock: campus.clock });
  return made.verdict !== 'held';
};

/** False when tracking is off. */
const walkAndReport = async (
  { clock, requests }: SimulatedCampus,
  phone: ApiSession,
  walker: Walker,
  random: () => number,
): Promise<boolean> => {
  const positions: ReportedPosition[] = [];
  for (let made = 0; made < fixesInBatch; made += 1) {
    await pause(fixEveryMs);
    const { place, speedMetersPerSecond } = walker.walk(fixEveryMs);
    positions.push({ ...measured(place, random), fixedAt: clock.now().toISOString(), speedMetersPerSecond });
  }
  await requests.turn();
  return (await phone.call(geoRoutes.reportPositions, { body: { positions } })).tracking;
};

/** A receiver is off by a few meters, and says about how many. */
const measured = ([longitude, latitude]: Place, random: () => number) => ({
  latitude: latitude + between(random, -3, 3) / 111_200,
  longitude: longitude + between(random, -3, 3) / 76_000,
  accuracyMeters: Math.round(between(random, 4, 12)),
});
