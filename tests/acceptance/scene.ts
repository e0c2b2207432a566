import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Coordinates,
  type Direction,
  type GeofenceShape,
  type ReportedPosition,
  type RouteAnswer,
  routes,
  type Site,
} from '@muster/contracts';
import { inject } from 'vitest';
import type { Cast, Player } from './cast.ts';
import { as, call, principal, type Session } from './client.ts';
import { DeviceKey } from './device-key.ts';

/** What members do at the gate and on the way, in the fewest words. */

export const players = <Part extends keyof Cast['players']>(part: Part): readonly Player[] =>
  inject('cast').players[part];

/** One of the players of a part, signed in. */
export const player = async (part: keyof Cast['players'], index = 0): Promise<Player & { session: Session }> => {
  const found = players(part)[index];
  if (found === undefined) throw new Error(`Nobody plays ${part} ${index}.`);
  return { ...found, session: await as(found.number) };
};

export const guardianOf = ({ guardians }: Player): Promise<Session> => {
  const first = guardians[0];
  if (first === undefined) throw new Error('This player has no guardian.');
  return as(first.email);
};

/** The site that everything happens on, with a place in it and one well outside. */
export const campus = async (): Promise<{ site: Site; gateId: string; inside: Coordinates; outside: Coordinates }> => {
  const session = await principal();
  const [site] = (await call(routes.listSites, {}, session)).items;
  const gate = (await call(routes.listGates, {}, session)).items.find(({ siteId }) => siteId === site?.siteId);
  if (site === undefined || gate === undefined) throw new Error('The demonstration has no site or no gate.');
  const { center } = site;
  return {
    site,
    gateId: gate.gateId,
    inside: center,
    outside: { ...center, latitude: rounded(northOf(site) + 0.002) },
  };
};

/** Positions are kept to the centimeter. */
export const rounded = (degrees: number): number => Number(degrees.toFixed(7));

const metersPerDegree = 111_000;

const northOf = ({ geofences, center }: Site): number =>
  Math.max(center.latitude, ...geofences.flatMap(({ shape }) => latitudesOf(shape)));

const latitudesOf = (shape: GeofenceShape): number[] => {
  switch (shape.kind) {
    case 'circle':
      return [shape.center.latitude + shape.radiusMeters / metersPerDegree];
    case 'polygon':
      return shape.rings.flat().map(([, latitude]) => latitude);
    case 'corridor':
      return shape.line.map(([, latitude]) => latitude + shape.widthMeters / metersPerDegree);
  }
};

/** The printed code of a gate. */
export const printedCode = async (gateId: string): Promise<string> =>
  (await call(routes.readPrintedCode, { params: { gateId } }, await principal())).text;

/** Scans and punches with a good position; the answer of `enter` or `exit`. */
export const punch = async (
  session: Session,
  direction: Direction,
  { at, code, reason }: { at: Coordinates; code: string; reason?: string },
): Promise<RouteAnswer<typeof routes.enter>> => {
  const { nonce } = await call(routes.scan, { body: { code } }, session);
  const body = punchBody(session, direction, nonce, at, reason);
  return call(direction === 'ENTER' ? routes.enter : routes.exit, { body }, session);
};

/** What a phone says at the gate, signed with its key. */
export const punchBody = (
  { orgId, userId, deviceId }: Session,
  direction: Direction,
  nonce: string,
  at: Coordinates | null,
  reason?: string,
) => {
  const said = {
    nonce,
    fix: at === null ? null : { ...at, accuracyMeters: 8, ageMs: 500, mock: false },
    deviceAt: new Date().toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
  const by = { orgId, memberId: userId, deviceId, direction };
  return { ...said, signature: new DeviceKey(deviceId).signPunch({ ...by, ...said }) };
};

let lastFixMs = 0;

/** A fix of now; no two of this file have the same time. */
export const fixAt = (at: Coordinates): ReportedPosition => {
  lastFixMs = Math.max(Date.now(), lastFixMs + 1);
  return { ...at, fixedAt: new Date(lastFixMs).toISOString(), accuracyMeters: 6, mock: false };
};

export const report = (session: Session, positions: readonly ReportedPosition[]) =>
  call(routes.reportPositions, { body: { positions: [...positions] } }, session);

/** As many fixes, one after the other, as it takes to be believed: one stray fix opens no excursion and closes none. */
export const stay = async (session: Session, at: Coordinates, fixes = 3): Promise<void> => {
  for (let sent = 0; sent < fixes; sent += 1) await report(session, [fixAt(at)]);
};

/**
 * Looks again until it finds something: for what follows from an event a moment later.
 * @throws the last error, or one that names `what`, after a generous time.
 */
export const eventually = async <Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
): Promise<Found> => {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what} did not happen.`);
    await sleep(50);
  }
};
