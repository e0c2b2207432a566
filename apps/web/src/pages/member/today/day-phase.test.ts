import { describe, expect, it } from 'vitest';
import { actionOfPhase, dayPhase, stateOfPhase, type Today } from './day-phase.ts';

const at = (time: string): string => `2031-03-04T${time}:00.000Z`;
const ms = (time: string): number => Date.parse(at(time));
const memberId = '0195f000-0000-7000-8000-000000000001';
const today = (changes: Partial<Today> = {}, day: Partial<Today['day']> = {}): Today => ({
  member: {
    memberId,
    displayName: 'Mia',
    number: null,
    groupId: null,
    groupName: null,
    siteId: memberId,
    timeZone: 'Europe/Vienna',
  },
  plan: {
    date: '2031-03-04',
    timeZone: 'Europe/Vienna',
    opensAt: at('06:30'),
    entryAt: at('07:00'),
    lateAt: at('07:10'),
    freeUntilAt: at('08:00'),
    exitAt: at('13:00'),
    closesAt: at('17:00'),
  },
  day: {
    memberId,
    date: '2031-03-04',
    code: 'NM',
    enteredAt: null,
    exitedAt: null,
    lateByMinutes: 0,
    leftEarlyByMinutes: 0,
    workedMinutes: 0,
    noExit: false,
    tracking: false,
    ...day,
  },
  punches: [],
  tracking: null,
  ...changes,
});
const punch = (
  direction: 'ENTER' | 'EXIT',
  verdict: Today['punches'][number]['verdict'],
): Today['punches'][number] => ({
  punchId: memberId,
  memberId,
  direction,
  verdict,
  findings: [],
  occurredAt: at('07:02'),
  gateName: 'South Gate',
  reason: null,
  lateByMinutes: 0,
  leftEarlyByMinutes: 0,
});
const tracking = { since: at('07:02'), until: at('17:00'), seenBy: [] };

describe('the phase of a day before anybody came', () => {
  it.each([
    ['06:29', 'too-early', false],
    ['06:30', 'open', true],
    ['07:10', 'open', true],
    ['07:11', 'late', true],
    ['08:01', 'reason', true],
  ] as const)('at %s is %s', (time, kind, isOpen) => {
    const phase = dayPhase(today(), ms(time));
    expect(phase.kind).toBe(kind);
    expect(actionOfPhase(phase)).toEqual({ direction: 'ENTER', isOpen });
    expect(stateOfPhase(phase)).toBe('not-marked');
  });

  it('offers nothing after the site has closed, on days off and to the excused', () => {
    expect(actionOfPhase(dayPhase(today(), ms('17:01')))).toBeNull();
    expect(dayPhase(today({ plan: null }, { code: 'OFF' }), ms('09:00')).kind).toBe('off');
    expect(dayPhase(today({}, { code: 'ML' }), ms('09:00')).kind).toBe('excused');
  });
});

describe('the phase of a day after ENTER', () => {
  it('is here until EXIT, late or not', () => {
    const late = dayPhase(today({ tracking }, { enteredAt: at('07:20'), lateByMinutes: 20, code: 'L' }), ms('09:00'));
    expect(late).toEqual({ kind: 'here', sinceMs: ms('07:20'), lateByMinutes: 20 });
    expect(stateOfPhase(late)).toBe('late');
    expect(actionOfPhase(late)).toEqual({ direction: 'EXIT', isOpen: true });
  });

  it('is outside only while tracking is on', () => {
    const going = { outsideSinceMs: ms('08:00'), silentSinceMs: ms('07:55') };
    const entered = { enteredAt: at('07:02'), code: 'P' as const };
    expect(dayPhase(today({ tracking }, entered), ms('09:00'), going).kind).toBe('outside');
    expect(dayPhase(today({}, entered), ms('09:00'), going).kind).toBe('here');
  });

  it('says that a held punch waits, and still lets the member leave', () => {
    const waiting = dayPhase(today({ punches: [punch('ENTER', 'held')] }), ms('09:00'));
    expect(waiting).toMatchObject({ kind: 'waiting', direction: 'ENTER' });
    expect(actionOfPhase(waiting)).toEqual({ direction: 'EXIT', isOpen: true });
  });

  it('does not take a refused punch for an entry', () => {
    expect(dayPhase(today({ punches: [punch('ENTER', 'refused')] }), ms('07:05')).kind).toBe('open');
  });

  it('tells an EXIT from a day that was closed without one', () => {
    const closed = { enteredAt: at('07:02'), exitedAt: at('13:00'), code: 'P' as const };
    expect(dayPhase(today({}, closed), ms('18:00')).kind).toBe('left');
    expect(dayPhase(today({}, { ...closed, noExit: true }), ms('18:00')).kind).toBe('no-exit');
  });
});
