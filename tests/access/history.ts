import { setTimeout as sleep } from 'node:timers/promises';
import { type Coordinates, type RouteAnswer, routes, tiesOf } from '@muster/contracts';
import { call, type Session } from '../acceptance/client.ts';
import { fixAt, punchBody } from '../acceptance/scene.ts';
import { inside, type Organization, outside, type Part, type SignedIn } from './organizations.ts';

/** What has happened in an organization before the matrix begins: something of every kind that has an address. */
export interface History {
  /** Of the student's group, and of the other one. */
  readonly punches: { readonly reached: string; readonly hidden: string };
  readonly alerts: { readonly reached: string; readonly hidden: string };
  readonly phoneClients: { readonly reached: string; readonly hidden: string };
  /** That wait for approval. */
  readonly devices: { readonly reached: string; readonly hidden: string };
  /** Of the student. */
  readonly invitation: string;
  /** By who began them. */
  readonly runs: ReadonlyMap<string, string>;
  readonly imports: ReadonlyMap<string, string>;
  readonly exports: ReadonlyMap<string, string>;
}

const farAway: Coordinates = { ...outside, latitude: 47.2 };

export const makeHistory = async (organization: Organization, signedIn: SignedIn, url: string): Promise<History> => {
  const { people, gateId } = organization;
  const principal = await signedIn.as(people.principal);
  const { text: code } = await call(routes.readPrintedCode, { params: { gateId } }, principal, {}, url);
  const enterAs = async (part: Part, at: Coordinates) => {
    const session = await signedIn.as(people[part]);
    const { nonce } = await call(routes.scan, { body: { code } }, session, {}, url);
    await call(routes.enter, { body: punchBody(session, 'ENTER', nonce, at) }, session, {}, url);
    return session;
  };
  const phoneClientOf = async (session: Session): Promise<string> => {
    const body = { client: 'owntracks' as const, name: organization.canary };
    return (await call(routes.addPhoneClient, { body }, session, {}, url)).phoneClientId;
  };
  const student = await enterAs('student', inside);
  const stranger = await enterAs('stranger', inside);
  await enterAs('heldClassmate', farAway);
  await enterAs('heldStranger', farAway);
  for (const session of [student, stranger]) {
    for (const at of [inside, inside, outside, outside, outside, outside]) {
      await call(routes.reportPositions, { body: { positions: [fixAt(at)] } }, session, {}, url);
    }
  }
  const waitingDeviceOf = async (part: Part) => (await signedIn.anew(people[part].email)).deviceId;
  const held = await call(routes.listHeldPunches, {}, principal, {}, url);
  const punches = held.items.map(({ member, punch }) => ({ member, punchId: punch.punchId }));
  const alerts = await untilAlerts(principal, [people.student.userId, people.stranger.userId], url);
  return {
    punches: {
      reached: idOf(punches, people.heldClassmate.userId, 'punchId'),
      hidden: idOf(punches, people.heldStranger.userId, 'punchId'),
    },
    alerts: {
      reached: idOf(alerts, people.student.userId, 'alertId'),
      hidden: idOf(alerts, people.stranger.userId, 'alertId'),
    },
    phoneClients: { reached: await phoneClientOf(student), hidden: await phoneClientOf(stranger) },
    devices: { reached: await waitingDeviceOf('student'), hidden: await waitingDeviceOf('stranger') },
    ...(await beginOwn(organization, signedIn, url)),
  };
};

/** What belongs to whoever began it: every role that may, begins one. */
const beginOwn = async ({ people }: Organization, signedIn: SignedIn, url: string) => {
  const runs = new Map<string, string>();
  const imports = new Map<string, string>();
  const exports = new Map<string, string>();
  const month = new Date().toISOString().slice(0, 7);
  for (const part of ['principal', 'office', 'teacher', 'parent', 'student'] as const) {
    const { userId, role } = people[part];
    const session = await signedIn.as(people[part]);
    if (tiesOf(role, 'reports.export').length > 0) {
      const body = { kind: 'monthly-attendance' as const, month };
      runs.set(userId, (await call(routes.startReport, { body }, session, {}, url)).runId);
    }
    if (tiesOf(role, 'members.manage').length > 0) {
      const body = { fileName: 'people.csv' };
      imports.set(userId, (await call(routes.createImport, { body }, session, {}, url)).importId);
    }
    exports.set(userId, await exportOwnData(session, url));
  }
  const params = { userId: people.student.userId };
  const { items } = await (async () => {
    const principal = await signedIn.as(people.principal);
    await call(routes.inviteByLink, { params }, principal, {}, url);
    return call(routes.listInvitations, { params }, principal, {}, url);
  })();
  const [invitation] = items;
  if (invitation === undefined) throw new Error('The student was not invited.');
  return { runs, imports, exports, invitation: invitation.invitationId };
};

const exportOwnData = async (session: Session, url: string): Promise<string> => {
  const { requestId } = await call(routes.exportOwnData, {}, session, {}, url);
  return eventually('The own data was not collected.', async () => {
    const { items } = await call(routes.listOwnDataRequests, {}, session, {}, url);
    return items.some((item) => item.requestId === requestId && item.state === 'done') ? requestId : null;
  });
};

type Listed = { readonly member: { readonly memberId: string } };

const idOf = <Key extends string>(
  items: readonly (Listed & Record<Key, string>)[],
  memberId: string,
  key: Key,
): string => {
  const found = items.find(({ member }) => member.memberId === memberId);
  if (found === undefined) throw new Error(`There is no ${key} of the one it should be of.`);
  return found[key];
};

type Alerts = RouteAnswer<typeof routes.listAlerts>['items'];

const untilAlerts = (principal: Session, memberIds: readonly string[], url: string): Promise<Alerts> =>
  eventually('Nobody was alerted that two students have left the campus.', async () => {
    const { items } = await call(routes.listAlerts, { query: {} }, principal, {}, url);
    return memberIds.every((memberId) => items.some(({ member }) => member.memberId === memberId)) ? items : null;
  });

/** What follows a moment later. @throws Error with the sentence when it does not */
const eventually = async <T>(sentence: string, look: () => Promise<T | null>): Promise<T> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(sentence);
    await sleep(100);
  }
};
