import { randomUUID } from 'node:crypto';
import { type Group, type MemberCard, type RouteRequest, routes } from '@muster/contracts';
import { call, demoPassword, type Session, signIn } from './client.ts';

/**
 * Who plays in which test. One ENTER and one EXIT count each day, so every test file gets members of its own: files run
 * side by side and in any order.
 */
export interface Player {
  readonly memberId: string;
  /** Signs in with it. */
  readonly number: string;
  readonly groupId: string;
  readonly guardians: readonly { readonly email: string; readonly live: boolean }[];
}

export interface Cast {
  readonly groups: {
    /** The teacher's; open all the time. */
    readonly open: readonly string[];
    /** Not the teacher's; its schedule may be changed by the one file that plays there. */
    readonly strict: string;
  };
  readonly players: {
    /** The guardian may not see live. */
    readonly enter: readonly Player[];
    /** The guardian may see live. */
    readonly excursion: readonly Player[];
    /** The first one's guardian may see live, the second one's may not. */
    readonly exit: readonly Player[];
    readonly live: readonly Player[];
    readonly phones: readonly Player[];
    readonly http: readonly Player[];
    readonly hostile: readonly Player[];
    /** Of the strict group. */
    readonly refusals: readonly Player[];
  };
}

type ScheduleBody = RouteRequest<typeof routes.replaceSchedule>['body'];

/** The wall clock of a time zone, in minutes since midnight. */
export const localMinutes = (timeZone: string, at: Date = new Date()): number => {
  const text = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours % 24) * 60 + minutes;
};

const clockText = (minutes: number): string => {
  const ofDay = ((minutes % 1440) + 1440) % 1440;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
};

/** A schedule relative to a minute of the day; open for hours from that minute on, unless told. */
export const scheduleFrom = (entryMinutes: number, changes: Partial<ScheduleBody> = {}): ScheduleBody => ({
  name: 'Acceptance',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  entryTime: clockText(entryMinutes),
  exitTime: clockText(entryMinutes + 8 * 60),
  opensBeforeMinutes: 0,
  freeUntilMinutes: 720,
  lateAfterMinutes: 720,
  closesAfterMinutes: 240,
  ...changes,
});

/** Opens the teacher's groups and hands out the parts. */
export const setTheScene = async (url: string): Promise<Cast> => {
  const device = () => ({ deviceId: randomUUID(), name: 'Acceptance office' });
  const principal = await signIn('principal@lindenhof.example', demoPassword, device(), url);
  const teacher = await signIn('teacher@lindenhof.example', demoPassword, device(), url);
  const allGroups = (await call(routes.listGroups, {}, principal, {}, url)).items;
  const open = (await call(routes.listGroups, {}, teacher, {}, url)).items.map(({ groupId }) => groupId);
  const strict = allGroups.find(({ groupId }) => !open.includes(groupId));
  if (strict === undefined || open.length === 0) throw new Error('The demonstration has other groups than expected.');

  const free = await freeMembers(principal, allGroups, url);
  const timeZone = free[0]?.timeZone ?? 'UTC';
  await openNow(open, timeZone, principal, url);
  const guardianEmails = await readGuardianEmails(principal, url);
  const pool: Player[] = [];
  for (const card of free) {
    if (card.groupId === null || card.number === null) continue;
    const params = { memberId: card.memberId };
    const { items } = await call(routes.readGuardianAgreement, { params }, principal, {}, url);
    const guardians = items.flatMap(({ guardianId, maySee, liveAgreedAt }) => {
      const email = guardianEmails.get(guardianId);
      return email === undefined || !maySee ? [] : [{ email, live: liveAgreedAt !== null }];
    });
    pool.push({ memberId: card.memberId, number: card.number, groupId: card.groupId, guardians });
  }
  const take = (what: string, count: number, fits: (player: Player) => boolean): Player[] => {
    const taken = pool.filter(fits).slice(0, count);
    if (taken.length < count) throw new Error(`Only ${taken.length} of ${count} members are free for ${what} today.`);
    for (const player of taken) pool.splice(pool.indexOf(player), 1);
    return taken;
  };
  const isOpen = ({ groupId }: Player) => open.includes(groupId);
  const isLive = (player: Player) => isOpen(player) && player.guardians.some(({ live }) => live);
  const isGuarded = (player: Player) => isOpen(player) && player.guardians.some(({ live }) => !live);
  const isAlone = (player: Player) => isOpen(player) && player.guardians.length === 0;
  return {
    groups: { open, strict: strict.groupId },
    players: {
      enter: take('story 1', 1, isGuarded),
      excursion: take('story 2', 1, isLive),
      exit: [...take('story 3', 1, isLive), ...take('story 3', 1, isGuarded)],
      live: take('the live socket', 3, isAlone),
      phones: take('the phone clients', 2, isAlone),
      http: take('HTTP', 2, isAlone),
      hostile: take('hostile input', 1, isAlone),
      refusals: take('story 4', 8, ({ groupId }) => groupId === strict.groupId),
    },
  };
};

/** Lets everybody of these groups enter from now on, for hours. */
export const openNow = async (
  groupIds: readonly string[],
  timeZone: string,
  principal: Session,
  url: string,
): Promise<void> => {
  for (const groupId of groupIds) {
    const body = scheduleFrom(localMinutes(timeZone));
    await call(routes.replaceSchedule, { params: { groupId }, body }, principal, {}, url);
  }
};

/** Members who have not entered today; the demonstration's own student stays out, for whoever looks at it by hand. */
const freeMembers = async (principal: Session, groups: readonly Group[], url: string): Promise<MemberCard[]> => {
  const free: MemberCard[] = [];
  for (const { groupId } of groups) {
    const { items } = await call(routes.readBoard, { query: { groupId } }, principal, {}, url);
    for (const { member, day } of items) if (day.enteredAt === null && !day.tracking) free.push(member);
  }
  free.sort((one, other) => (one.number ?? '').localeCompare(other.number ?? ''));
  return free.slice(1);
};

const readGuardianEmails = async (principal: Session, url: string): Promise<Map<string, string>> => {
  const emails = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const query: RouteRequest<typeof routes.listPeople>['query'] = {
      role: 'guardian',
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    };
    const { items, nextCursor } = await call(routes.listPeople, { query }, principal, {}, url);
    for (const { userId, email } of items) if (email !== null) emails.set(userId, email);
    cursor = nextCursor;
  } while (cursor !== null);
  return emails;
};
