import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveTopic, liveTopics, routes, tiesOf, type Permission } from '@muster/contracts';
import { call, type Session } from '../acceptance/client.ts';
import { LiveClient } from '../acceptance/live-client.ts';
import { punchBody } from '../acceptance/scene.ts';
import type { World } from './cases.ts';
import { forbiddenTo, wordsIn } from './judge.ts';
import type { Findings } from './matrix.ts';
import { inside, type Organization, type Part, type SignedIn } from './organizations.ts';

/** Everybody listens to everything while members of both groups and of both organizations come in. */

const listeners = ['principal', 'office', 'teacher', 'parent', 'student'] as const;
const permissionOf: Partial<Record<LiveTopic, Permission>> = { attendance: 'members.see' };

/** Resolves with where the stream stood before anything happened. */
export const listenAsEverybody = async (
  world: World,
  signedIn: SignedIn,
  url: string,
  findings: Findings,
): Promise<string> => {
  const { near, far } = world;
  const open = async (organization: Organization, part: Part) =>
    LiveClient.open(await signedIn.as(organization.people[part]), liveTopics, undefined, url);
  const sockets = new Map(await Promise.all(listeners.map(async (part) => [part, await open(near, part)] as const)));
  const elsewhere = await open(far, 'principal');
  const { cursor } = elsewhere;
  const enterAs = async (organization: Organization, part: Part) =>
    enter(await signedIn.as(organization.people[part]), await codeOf(organization, signedIn, url), url);
  await enterAs(far, 'lateClassmate');
  await enterAs(near, 'lateStranger');
  await enterAs(near, 'lateClassmate');
  const wait = async (client: LiveClient, memberId: string): Promise<void> => {
    await client.heard('punched', (happening) => happening.memberId === memberId);
  };
  await wait(elsewhere, far.people.lateClassmate.userId);
  const principal = sockets.get('principal');
  if (principal === undefined) throw new Error('Nobody listens.');
  await wait(principal, near.people.lateStranger.userId);
  await wait(principal, near.people.lateClassmate.userId);
  // What would be wrong to hear comes no later than what is right.
  await sleep(1_000);
  for (const [part, client] of sockets) judge(world, part, client, findings);
  for (const client of [...sockets.values(), elsewhere]) client.close();
  return cursor;
};

const judge = (world: World, part: (typeof listeners)[number], client: LiveClient, findings: Findings): void => {
  const { near, far } = world;
  const actor = near.people[part];
  const frames = Buffer.from(JSON.stringify(client.frames));
  const ties = tiesOf(actor.role, permissionOf.attendance ?? 'members.see');
  const heard = (organization: Organization, who: Part) =>
    frames.includes(organization.people[who].userId) ? 'heard' : 'not heard';
  const wanted = [
    [near, 'lateClassmate', ties.includes('organization') || ties.includes('assigned')],
    [near, 'lateStranger', ties.includes('organization')],
    [far, 'lateClassmate', false],
  ] as const;
  for (const [organization, who, hears] of wanted) {
    findings.cases += 1;
    const came = heard(organization, who);
    if ((came === 'heard') === hears) continue;
    const where = organization === near ? 'of the same organization' : 'of another organization';
    const sentence = `the socket of ${actor.role}: the ENTER of ${who} ${where} was ${came}`;
    findings.unexpected.push(sentence);
    if (!hears) findings.leaks.push(sentence);
  }
  for (const word of wordsIn(frames, forbiddenTo(world, actor))) {
    findings.leaks.push(`the socket of ${actor.role} showed ${word}`);
  }
};

const codeOf = async ({ people, gateId }: Organization, signedIn: SignedIn, url: string): Promise<string> => {
  const principal = await signedIn.as(people.principal);
  return (await call(routes.readPrintedCode, { params: { gateId } }, principal, {}, url)).text;
};

const enter = async (session: Session, code: string, url: string): Promise<void> => {
  const { nonce } = await call(routes.scan, { body: { code } }, session, {}, url);
  await call(routes.enter, { body: punchBody(session, 'ENTER', nonce, inside) }, session, {}, url);
};
