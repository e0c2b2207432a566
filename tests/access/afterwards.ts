import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveTopics, routes } from '@muster/contracts';
import { call, type Session } from '../acceptance/client.ts';
import { LiveClient } from '../acceptance/live-client.ts';
import type { Mailbox } from '../browser/mailbox.ts';
import type { World } from './cases.ts';
import type { Organization, Person, SignedIn } from './organizations.ts';

/**
 * What no made-up request brings about, and what holds itself to one organization all the same: it is done for real, with
 * what belongs to the other organization within reach of a hand.
 */
export const doTheRest = async (
  { near, far, platform }: World,
  cursorBefore: string,
  signedIn: SignedIn,
  mailbox: Mailbox,
  url: string,
): Promise<void> => {
  const principal = await signedIn.anew(near.people.principal.email);
  await resume(principal, cursorBefore, url);
  await useKey(principal, url);
  await importPeople(principal, [near, far], url);
  await forgetPassword(near.people.principal, mailbox, url);
  await refreshTwice(near.people.office, signedIn, url);
  await erase(principal, near.people.classmate, url);
  await askForSecondFactors(principal, near, await administratorOf(platform, signedIn), url);
};

/** From before members of both organizations came in: what was missed is told again. */
const resume = async (principal: Session, cursor: string, url: string): Promise<void> => {
  const client = await LiveClient.open(principal, liveTopics, cursor, url);
  await client.heard('punched');
  client.close();
};

const useKey = async (principal: Session, url: string): Promise<void> => {
  const body = { name: 'Matrix', permissions: ['members.see' as const], validDays: 1 };
  const { key } = await call(routes.makeApiKey, { body }, principal, {}, url);
  await call(routes.listMembers, { query: {} }, null, { authorization: `Bearer ${key}` }, url);
};

/** With the numbers of people of both organizations: the own ones are known, the others are new. */
const importPeople = async (principal: Session, organizations: readonly Organization[], url: string): Promise<void> => {
  const session = { url, principal };
  const { importId } = await call(routes.createImport, { body: { fileName: 'people.csv' } }, principal, {}, url);
  const params = { importId };
  const rows = organizations.flatMap(({ people }) =>
    [people.student, people.teacher, people.parent].map(({ canary, role }) => `${canary},New ${role},${role}`),
  );
  const uploaded = await fetch(`${url}/v1/imports/${importId}/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${principal.accessToken}`, 'content-type': 'application/octet-stream' },
    body: ['number,name,role', ...rows].join('\n'),
  });
  if (!uploaded.ok) throw new Error(`The file was not taken: ${await uploaded.text()}`);
  await untilImport(session, importId, ['mapping']);
  await call(routes.checkImport, { params, body: { mapping: ['number', 'name', 'role'] } }, principal, {}, url);
  await untilImport(session, importId, ['checked']);
};

const untilImport = (
  { url, principal }: { url: string; principal: Session },
  importId: string,
  states: readonly string[],
): Promise<void> =>
  until(`The import did not get to ${states.join(' or ')}.`, async () => {
    const { state } = await call(routes.readImport, { params: { importId } }, principal, {}, url);
    return states.includes(state);
  });

/** Whom the link is for is looked for in all organizations, and only when nobody waits for it any more. */
const forgetPassword = async ({ email }: Person, mailbox: Mailbox, url: string): Promise<void> => {
  await call(routes.askForPasswordLink, { body: { identifier: email } }, null, {}, url);
  let message = '';
  while (!message.includes('a new password was asked for') || !message.includes(email)) message = await mailbox.next();
};

/** As a client does that did not hear the first answer. */
const refreshTwice = async (person: Person, signedIn: SignedIn, url: string): Promise<void> => {
  const { refreshToken, deviceId } = await signedIn.anew(person.email);
  for (const _time of [1, 2]) await call(routes.refresh, { body: { refreshToken, deviceId } }, null, {}, url);
};

const erase = async (principal: Session, { userId }: Person, url: string): Promise<void> => {
  const { displayName } = await call(routes.readPerson, { params: { userId } }, principal, {}, url);
  const body = { ground: 'no-longer-needed' as const, displayName };
  await call(routes.erasePerson, { params: { userId }, body }, principal, {}, url);
  await until('The student was not erased.', async () => {
    const { items } = await call(routes.listDataRequests, {}, principal, {}, url);
    return items.some(({ kind, subjectId, state }) => kind === 'erasure' && subjectId === userId && state === 'done');
  });
};

const administratorOf = (platform: readonly Person[], signedIn: SignedIn): Promise<Session> => {
  const administrator = platform.find(({ role }) => role === 'platform_admin');
  if (administrator === undefined) throw new Error('Nobody runs the platform.');
  return signedIn.anew(administrator.email);
};

/** The platform may ask for them without having one here; whoever has none is signed out. */
const askForSecondFactors = async (
  principal: Session,
  { orgId }: Organization,
  administrator: Session,
  url: string,
): Promise<void> => {
  const {
    staff: _all,
    withSecondFactor: _some,
    ...policy
  } = await call(routes.readSignInPolicy, {}, principal, {}, url);
  const { method, path } = routes.changeSignInPolicy;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${administrator.accessToken}`,
      'muster-organization': orgId,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ ...policy, staffSecondFactor: true }),
  });
  if (!answer.ok) throw new Error(`Second factors were not asked for: ${await answer.text()}`);
};

const until = async (sentence: string, look: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 30_000;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(sentence);
    await sleep(100);
  }
};
