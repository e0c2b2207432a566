import { setTimeout as sleep } from 'node:timers/promises';
import { type Coordinates, type ReportedPosition, routes } from '@muster/contracts';
import { call, demoPassword, type Session, send, signIn } from '../../acceptance/client.ts';
import { punchBody } from '../../acceptance/scene.ts';

/** What clients know about what they asked for; the database is compared with it when the fault is over. */
export type Fate = 'acknowledged' | 'unknown';

/** What somebody who uses Muster saw, by kind: `200`, `503`, `no answer`, … */
export type Seen = Map<string, number>;

export const note = (seen: Seen, what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

const answerWithinMs = 35_000;
/** Between two tries of a phone. */
const againMs = 200;

/** A member who has not entered yet. */
export interface Person {
  readonly memberId: string;
  readonly number: string;
  readonly deviceId: string;
}

/** A member who has entered, as the phone sees it. */
export interface Phone {
  readonly memberId: string;
  session: Session;
  /** By the time of the fix, which no two fixes of a phone share. */
  readonly ledger: Map<string, Fate>;
  lastFixMs: number;
}

export interface Place {
  readonly inside: Coordinates;
  readonly outside: Coordinates;
  readonly gateId: string;
  readonly code: string;
  readonly timeZone: string;
}

export const readPlace = async (url: string): Promise<Place & { principal: Session }> => {
  const principal = await signIn('principal@lindenhof.example', demoPassword, undefined, url);
  const gates = await call(routes.listGates, {}, principal, {}, url);
  const [site] = (await call(routes.listSites, {}, principal, {}, url)).items;
  const gateId = gates.items[0]?.gateId ?? '';
  if (site === undefined) throw new Error('The demonstration has no site.');
  const { text: code } = await call(routes.readPrintedCode, { params: { gateId } }, principal, {}, url);
  const { center, timeZone } = site;
  // Well outside of any campus.
  const outside = { ...center, latitude: center.latitude + 0.02 };
  return { principal, gateId, code, timeZone, inside: center, outside };
};

export const signInOnPhone = ({ number, deviceId }: Person, url: string): Promise<Session> =>
  signIn(number, demoPassword, { deviceId, name: 'Phone' }, url);

/** Safe to try again: it is the same phone of the same member, and the first ENTER counts. */
export const enter = async (player: Person, session: Session, place: Place, url: string): Promise<Phone> => {
  const { nonce } = await call(routes.scan, { body: { code: place.code } }, session, {}, url);
  await call(routes.enter, { body: punchBody(session, 'ENTER', nonce, place.inside) }, session, {}, url);
  return { memberId: player.memberId, session, ledger: new Map(), lastFixMs: Date.now() };
};

/** So many fixes from the last one up to now, at one place. */
export const fixesOf = (phone: Phone, place: Coordinates, count: number): ReportedPosition[] =>
  Array.from({ length: count }, () => {
    phone.lastFixMs = Math.max(Date.now(), phone.lastFixMs + 1);
    return { ...place, fixedAt: new Date(phone.lastFixMs).toISOString(), accuracyMeters: 5 };
  });

/** Sends until it is acknowledged, as phones do. False when it was told to stop before. */
export const deliver = async (
  phone: Phone,
  positions: readonly ReportedPosition[],
  url: string,
  seen: Seen,
  signal: AbortSignal,
): Promise<boolean> => {
  for (const { fixedAt } of positions) phone.ledger.set(fixedAt, 'unknown');
  while (!signal.aborted) {
    if (await attempt(phone, positions, url, seen)) {
      for (const { fixedAt } of positions) phone.ledger.set(fixedAt, 'acknowledged');
      return true;
    }
    await sleep(againMs);
  }
  return false;
};

const attempt = async (
  phone: Phone,
  positions: readonly ReportedPosition[],
  url: string,
  seen: Seen,
): Promise<boolean> => {
  try {
    const body = { positions: [...positions] };
    const response = await send(routes.reportPositions, { body }, phone.session, {}, url);
    if (response.status === 401) {
      phone.session = await renewed(phone.session, url);
      return false;
    }
    const answer = (await response.json()) as { stored?: number };
    note(seen, `positions ${response.status}`);
    return response.status === 200 && answer.stored === positions.length;
  } catch {
    note(seen, 'positions no answer');
    return false;
  }
};

/** An access token is short-lived. */
export const renewed = async (session: Session, url: string): Promise<Session> => {
  const body = { refreshToken: session.refreshToken, deviceId: session.deviceId };
  const { accessToken, refreshToken } = await call(routes.refresh, { body }, null, {}, url);
  return { ...session, accessToken, refreshToken };
};

/** Reports from inside, a few fixes at a time, until it is told to stop. */
export const wander = async (
  phone: Phone,
  place: Place,
  url: string,
  seen: Seen,
  signal: AbortSignal,
  pauseMs: number,
): Promise<void> => {
  while (!signal.aborted) {
    await deliver(phone, fixesOf(phone, place.inside, 1 + Math.floor(Math.random() * 5)), url, seen, signal);
    await sleep(pauseMs);
  }
};

/** Looks at a page over and over: somebody who only reads. */
export const look = async (
  teacher: Session,
  groupId: string,
  url: string,
  seen: Seen,
  signal: AbortSignal,
  pauseMs: number,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      const response = await send(routes.readBoard, { query: { groupId } }, teacher, {}, url);
      const type = response.headers.get('content-type') ?? '';
      await response.text();
      note(
        seen,
        `board ${response.status}${response.ok || type.startsWith('application/problem') ? '' : ' without a problem'}`,
      );
    } catch {
      note(seen, 'board no answer');
    }
    await sleep(pauseMs);
  }
};

/** Everything a user does works again: a sign-in, a look, a report. Resolves with false when one of them does not. */
export const worksFor = async (
  phone: Phone,
  place: Place,
  groupId: string,
  principal: Session,
  url: string,
): Promise<boolean> => {
  const within = AbortSignal.timeout(answerWithinMs);
  const steps = Promise.all([
    signIn('teacher@lindenhof.example', demoPassword, undefined, url),
    call(routes.readBoard, { query: { groupId } }, principal, {}, url),
    call(routes.listGates, {}, principal, {}, url),
    attempt(phone, tracked(phone, place), url, new Map()).then((taken) => {
      if (!taken) throw new Error('A report was not taken.');
    }),
  ]);
  const late = new Promise<never>((_resolve, reject) => {
    within.addEventListener('abort', () => reject(new Error('That took too long.')));
  });
  return Promise.race([steps, late]).then(
    () => true,
    () => false,
  );
};

/** Fixes whose fate does not matter, but which must not look as if nobody had sent them. */
const tracked = (phone: Phone, place: Place): ReportedPosition[] => {
  const fixes = fixesOf(phone, place.inside, 1);
  for (const { fixedAt } of fixes) phone.ledger.set(fixedAt, 'unknown');
  return fixes;
};
