import type {
  AttendanceDay,
  LiveHappening,
  LocationLevel,
  MemberCard,
  Presence,
  RouteAnswer,
  routes,
} from '@muster/contracts';
import type { StateKey } from '../../../states.ts';

/** How somebody stands now: in exactly one of these at any time, so that the counts add up. */
export const boardKeys = ['present', 'late', 'outside', 'missing', 'unknown', 'left', 'away'] as const;
export type BoardKey = (typeof boardKeys)[number];

export interface BoardRow {
  readonly member: MemberCard;
  readonly day: AttendanceDay;
  readonly presence: Presence | null;
  readonly key: BoardKey;
  /** Null for those who have left: the table of states has none for them. */
  readonly state: StateKey | null;
}

const stateOfCode: Partial<Record<AttendanceDay['code'], StateKey>> = {
  A: 'absent',
  AE: 'excused',
  ML: 'excused',
  OD: 'excused',
  H: 'holiday',
  OFF: 'holiday',
};

/** Of the day, and of where somebody is, what decides how they stand. */
type Standing = Omit<RouteAnswer<typeof routes.countBoard>['items'][number], 'siteId' | 'people'>;

/** While tracking goes on, presence decides; before and after it, the day's code. */
export const standingOf = ({ code, late, entered, tracking, presence }: Standing): Pick<BoardRow, 'key' | 'state'> => {
  if (tracking) {
    if (presence === 'outside') return { key: 'outside', state: 'outside' };
    if (presence === 'unknown') return { key: 'unknown', state: 'unknown' };
    return late || code === 'L' ? { key: 'late', state: 'late' } : { key: 'present', state: 'present' };
  }
  if (entered) return { key: 'left', state: null };
  if (code === 'A') return { key: 'missing', state: 'absent' };
  const state = stateOfCode[code];
  if (state) return { key: 'away', state };
  // Marked by hand, without a scan.
  if (code !== 'NM') return { key: 'present', state: code === 'L' ? 'late' : 'present' };
  return { key: 'missing', state: 'not-marked' };
};

export const boardRows = (
  items: readonly { readonly member: MemberCard; readonly day: AttendanceDay }[],
  presences: readonly Presence[],
): BoardRow[] => {
  const byMember = new Map(presences.map((presence) => [presence.memberId, presence]));
  return items.map(({ member, day }) => {
    const presence = day.tracking ? (byMember.get(member.memberId) ?? null) : null;
    const { code, tracking } = day;
    const [late, entered] = [day.lateByMinutes > 0, day.enteredAt !== null];
    return {
      member,
      day,
      presence,
      ...standingOf({ code, late, entered, tracking, presence: presence?.state ?? null }),
    };
  });
};

export type BoardCounts = Readonly<Record<BoardKey, number>>;

/** Each item is one person, where it does not say that it is several. */
export const countsOf = (items: readonly { readonly key: BoardKey; readonly people?: number }[]): BoardCounts => {
  const counts = { present: 0, late: 0, outside: 0, missing: 0, unknown: 0, left: 0, away: 0 };
  for (const { key, people = 1 } of items) counts[key] += people;
  return counts;
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** Whether every word that was typed begins some part of the name, or the number contains it. */
export const matches = ({ displayName, number }: MemberCard, typed: string): boolean => {
  const name = ` ${plain(displayName)}`;
  return plain(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => name.includes(` ${word}`) || (number !== null && plain(number).includes(word)));
};

export interface PresenceAnswer {
  readonly level: LocationLevel;
  readonly items: Presence[];
}

const withHappening = (presence: Presence, happening: LiveHappening): Presence => {
  if (happening.kind === 'moved') {
    const before = presence.position;
    // A late fix repairs the track, never the present.
    if (before && before.fixedAt > happening.position.fixedAt) return presence;
    return { ...presence, position: happening.position, lastHeardAt: happening.position.fixedAt };
  }
  if (happening.kind === 'presence') return { ...presence, state: happening.state, since: happening.since };
  return presence;
};

/**
 * What the live connection told, applied to what was loaded. Who leaves goes at once: from EXIT on nobody of the staff
 * may see the position.
 */
export const applyHappenings = (answer: PresenceAnswer, happenings: readonly LiveHappening[]): PresenceAnswer => {
  const items = new Map(answer.items.map((presence) => [presence.memberId, presence]));
  for (const happening of happenings) {
    if (!('memberId' in happening)) continue;
    const known = items.get(happening.memberId);
    if (!known) continue;
    if (happening.kind === 'punched' && happening.direction === 'EXIT') items.delete(happening.memberId);
    else items.set(happening.memberId, withHappening(known, happening));
  }
  return { level: answer.level, items: [...items.values()] };
};

/** Whether the lists have to be loaded again for what was told. */
export const asksForReload = (happening: LiveHappening, known: ReadonlySet<string>): 'board' | 'presence' | null => {
  if (happening.kind === 'punched' || happening.kind === 'punch-held') return 'board';
  // Positions appear and vanish with an excursion where only presence may be seen otherwise.
  if (happening.kind === 'excursion-opened' || happening.kind === 'excursion-closed') return 'presence';
  if ((happening.kind === 'moved' || happening.kind === 'presence') && !known.has(happening.memberId))
    return 'presence';
  return null;
};
