import { setTimeout as pause } from 'node:timers/promises';
import { organizationRoutes, type Person } from '@muster/contracts';
import type { Logger } from 'pino';
import { villageWalk } from '../demo/campus.ts';
import { demoPassword, demoSignIns } from '../demo/create-demo.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { distanceToSiteMeters } from '../services/geo/rules/geofence.ts';
import { ApiClient, ApiSession, deviceIdOf } from './api/api-client.ts';
import { readHangingCode } from './api/at-the-gate.ts';
import { Pace } from './simulation/pace.ts';
import { PathNetwork, type Place } from './simulation/path-network.ts';
import { live, type SimulatedCampus } from './simulation/student.ts';

/** Enough for two hundred phones, and little for a small machine. */
const requestsPerSecond = 35;
const signInsPerSecond = 2;
/** People keep this far from the edge: a receiver's few meters are not to look like leaving. */
const edgeMeters = 5;
const againAfterMs = 30_000;

/**
 * Lets the demonstration organization live: its members come, walk about, leave the campus and come back, and go home,
 * as the public API allows, a day in about ten minutes. Who exited stays out until the next day. The student of the
 * demonstration sign-ins is left to whoever tries Muster. Runs until the process ends; what fails is logged, and tried
 * again.
 */
export const startSimulation = (url: string, log: Logger): void => {
  void keepTrying(log, 'the simulation', async () => {
    const { campus, members } = await openCampus(url);
    log.info({ members: members.length }, 'the simulation begins');
    await Promise.all(members.map((member) => keepTrying(log, member.number, () => live(campus, member))));
  });
};

const keepTrying = async (log: Logger, what: string, work: () => Promise<void>): Promise<void> => {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error, what }, 'something in the simulation failed');
    }
    await pause(againAfterMs);
  }
};

const openCampus = async (
  url: string,
): Promise<{ campus: SimulatedCampus; members: { memberId: string; number: string }[] }> => {
  const client = new ApiClient(url);
  const operator = demoSignIns.find(({ label }) => label === 'Office');
  if (operator === undefined) throw new Error('The demonstration has no office.');
  const device = { deviceId: deviceIdOf('simulation office'), name: 'Simulation' };
  const office = await ApiSession.signIn(client, { identifier: operator.identifier, password: demoPassword, device });
  const { items: sites } = await office.call(organizationRoutes.listSites, {});
  const [site] = sites;
  const code = site === undefined ? null : await readHangingCode(office, site.siteId);
  if (site === undefined || code === null) throw new Error('There is no site with a gate to simulate.');
  const plan = await office.call(organizationRoutes.readSitePlan, { params: { siteId: site.siteId } });
  const gate: Place = [code.gate.position.longitude, code.gate.position.latitude];
  const fences = site.geofences.map(({ shape }) => shape);
  const isOnSite = ([longitude, latitude]: Place) =>
    (distanceToSiteMeters(fences, { longitude, latitude }) ?? 0) <= -edgeMeters;
  const network = new PathNetwork(plan, gate, isOnSite);
  if (network.isEmpty) throw new Error('The site plan has no paths to walk on.');
  const members = await generatedMembers(office);
  await office.signOut();
  const campus = {
    client,
    password: demoPassword,
    code,
    network,
    wayOut: villageWalk.map(({ latitude, longitude }): Place => [longitude, latitude]),
    signIns: new Pace(signInsPerSecond, clock),
    requests: new Pace(requestsPerSecond, clock),
    clock,
  };
  return { campus, members };
};

/** Members who sign in by number only: one with an e-mail address is somebody's to try. */
const generatedMembers = async (office: ApiSession): Promise<{ memberId: string; number: string }[]> => {
  const people: Person[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { role: 'member', limit: 200, ...(cursor === undefined ? {} : { cursor }) } as const;
    const page = await office.call(organizationRoutes.listPeople, { query });
    people.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return people.flatMap(({ userId: memberId, number, email, status }) =>
    number !== null && email === null && status === 'active' ? [{ memberId, number }] : [],
  );
};
