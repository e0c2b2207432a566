import type { AttendanceDay, MemberCard, Presence } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { applyHappenings, asksForReload, boardRows, countsOf, matches, standingOf } from './board-state.ts';

const day = (parts: Partial<AttendanceDay>): AttendanceDay => ({
  memberId: 'm',
  date: '2031-03-04',
  code: 'NM',
  enteredAt: null,
  exitedAt: null,
  lateByMinutes: 0,
  leftEarlyByMinutes: 0,
  workedMinutes: 0,
  noExit: false,
  tracking: false,
  ...parts,
});
const entered = { code: 'P', enteredAt: '2031-03-04T07:00:00.000Z', tracking: true } as const;
const presence = (parts: Partial<Presence>): Presence => ({
  memberId: 'm',
  state: 'inside',
  since: null,
  lastHeardAt: null,
  position: null,
  ...parts,
});
const position = (fixedAt: string) => ({
  latitude: 46.9,
  longitude: 15.8,
  fixedAt,
  accuracyMeters: 8,
  speedMetersPerSecond: null,
  headingDegrees: null,
});
const card: MemberCard = {
  memberId: 'm',
  displayName: 'Jovana Šimić-Egger',
  number: 'LH-1042',
  groupId: null,
  groupName: null,
  siteId: 's',
  timeZone: 'Europe/Vienna',
};

const standing = (parts: Partial<AttendanceDay>, state: Presence['state'] | null = null) =>
  boardRows([{ member: card, day: day(parts) }], state === null ? [] : [presence({ state })]).map(({ key, state }) => [
    key,
    state,
  ])[0];

describe('how somebody stands', () => {
  it('follows presence while tracking goes on, and the code otherwise', () => {
    expect(standing(entered, 'inside')).toEqual(['present', 'present']);
    expect(standing({ ...entered, lateByMinutes: 7 }, 'inside')).toEqual(['late', 'late']);
    expect(standing({ ...entered, lateByMinutes: 7 }, 'outside')).toEqual(['outside', 'outside']);
    expect(standing(entered, 'unknown')).toEqual(['unknown', 'unknown']);
    expect(standing({ ...entered, tracking: false, exitedAt: '2031-03-04T15:00:00.000Z' })).toEqual(['left', null]);
    expect(standing({})).toEqual(['missing', 'not-marked']);
    expect(standing({ code: 'ML' })).toEqual(['away', 'excused']);
  });

  it('claims nothing of a place that may not be seen', () => {
    expect(standing(entered)).toEqual(['present', 'present']);
  });

  it('counts everybody once, one by one or many at a time', () => {
    const rows = boardRows([{ member: card, day: day(entered) }], [presence({ state: 'outside' })]);
    const many = { code: 'P', late: false, entered: true, tracking: true, presence: 'outside', people: 40 } as const;
    const counts = countsOf([...rows, { ...standingOf(many), people: many.people }]);
    expect(counts).toEqual({ present: 0, late: 0, outside: 41, missing: 0, unknown: 0, left: 0, away: 0 });
  });

  it('ignores a presence that outlived its session', () => {
    const [row] = boardRows([{ member: card, day: day({ ...entered, tracking: false }) }], [presence({})]);
    expect(row?.presence).toBeNull();
  });
});

describe('the search', () => {
  it('finds names by the beginning of each part, without accents, and numbers', () => {
    expect(matches(card, 'sim jov')).toBe(true);
    expect(matches(card, '1042')).toBe(true);
    expect(matches(card, 'ovana')).toBe(false);
    expect(matches(card, '')).toBe(true);
  });
});

describe('what the live connection tells', () => {
  const known = { level: 'full' as const, items: [presence({ position: position('2031-03-04T08:00:10.000Z') })] };

  it('moves people forward in time only', () => {
    const later = position('2031-03-04T08:00:20.000Z');
    const moved = applyHappenings(known, [
      { kind: 'moved', memberId: 'm', position: later },
      { kind: 'moved', memberId: 'm', position: position('2031-03-04T08:00:15.000Z') },
    ]);
    expect(moved.items[0]?.position).toEqual(later);
    expect(moved.items[0]?.lastHeardAt).toBe(later.fixedAt);
  });

  it('lets who leaves go at once', () => {
    const gone = applyHappenings(known, [
      {
        kind: 'punched',
        memberId: 'm',
        direction: 'EXIT',
        at: '2031-03-04T15:00:00.000Z',
        lateByMinutes: 0,
        noExit: false,
      },
      { kind: 'moved', memberId: 'm', position: position('2031-03-04T15:00:01.000Z') },
    ]);
    expect(gone.items).toEqual([]);
  });

  it('asks to load again what it cannot know', () => {
    const moved = { kind: 'moved', memberId: 'x', position: position('2031-03-04T08:00:10.000Z') } as const;
    expect(asksForReload(moved, new Set(['m']))).toBe('presence');
    expect(asksForReload(moved, new Set(['x']))).toBeNull();
  });
});
