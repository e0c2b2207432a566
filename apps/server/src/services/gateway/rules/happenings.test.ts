import { liveHappening, liveTopics, type LocationLevel, type Role } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { isToldOf, type ViewerAccess } from './audience.ts';
import { type HappeningFact, happeningsOf, happeningTypesOf } from './happenings.ts';

const memberId = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';
const at = '2026-11-02T08:00:00.000Z';

const fix = (fixedAt: string, latitude: number) => ({
  latitude,
  longitude: 15,
  fixedAt,
  accuracyMeters: 5,
  speedMetersPerSecond: null,
  headingDegrees: null,
  mock: null,
});
const moved = (sessionId: string | null): HappeningFact => ({
  type: 'geo.positions-recorded',
  payload: {
    memberId,
    sessionId,
    deviceId: other,
    receivedAt: at,
    fixes: [fix('2026-11-02T08:00:05.000Z', 47.2), fix('2026-11-02T08:00:01.000Z', 47.1)],
  },
});
/** Of three topics. */
const facts: readonly HappeningFact[] = [
  moved('session'),
  { type: 'geo.presence-changed', payload: { memberId, sessionId: other, state: 'inside', since: at } },
  {
    type: 'notifications.alert-raised',
    payload: { memberId, alertId: other, kind: 'geo-violation', sentence: 'Left the campus.', at },
  },
  { type: 'notifications.inbox-changed', payload: { userId: 'viewer', unread: 3, itemId: null } },
];
const viewer = (role: Role, level: LocationLevel | null, reaches = true): ViewerAccess => ({
  userId: 'viewer',
  role,
  seen: new Set(reaches ? [memberId] : [other]),
  handled: new Set(role === 'guardian' || !reaches ? [] : [memberId]),
  levels: level === null ? new Map() : new Map([[memberId, level]]),
});
const told = (fact: HappeningFact, to: ViewerAccess): boolean => happeningsOf(fact).some((each) => isToldOf(each, to));

describe('a batch of positions', () => {
  it('shows only its newest fix, and not whether it was mocked', () => {
    const [only] = happeningsOf(moved(other));
    expect(only?.happening).toMatchObject({ kind: 'moved', memberId, position: { latitude: 47.2 } });
    expect(JSON.stringify(only)).not.toContain('mock');
    expect(() => liveHappening.parse(only?.happening)).not.toThrow();
  });

  it('shows no movement where the phone only gave a sign of life', () => {
    const fact = moved(other);
    if (fact.type !== 'geo.positions-recorded') throw new Error('unexpected');
    const fixes = fact.payload.fixes.map((each) => ({ ...each, isPing: true }));
    expect(happeningsOf({ ...fact, payload: { ...fact.payload, fixes } })).toEqual([]);
  });

  it('reaches who may see coordinates, and nobody else', () => {
    expect(told(moved(other), viewer('supervisor', 'full'))).toBe(true);
    expect(told(moved(other), viewer('supervisor', 'presence'))).toBe(false);
    expect(told(moved(other), viewer('supervisor', 'attendance'))).toBe(false);
    expect(told(moved(other), viewer('supervisor', null))).toBe(false);
  });

  it('outside a session reaches the guardian who agreed, never staff', () => {
    expect(told(moved(null), viewer('guardian', 'full'))).toBe(true);
    expect(told(moved(null), viewer('supervisor', 'full'))).toBe(false);
    expect(told(moved(null), viewer('org_admin', 'full'))).toBe(false);
  });
});

describe('presence', () => {
  const changed: HappeningFact = {
    type: 'geo.presence-changed',
    payload: { memberId, sessionId: other, state: 'outside', since: at },
  };
  it('is enough for the level presence', () => {
    expect(told(changed, viewer('supervisor', 'presence'))).toBe(true);
    expect(told(changed, viewer('supervisor', 'attendance'))).toBe(false);
  });
});

describe('an alert', () => {
  const raised: HappeningFact = {
    type: 'notifications.alert-raised',
    payload: { memberId, alertId: other, kind: 'geo-violation', sentence: 'Left the campus.', at },
  };
  it('goes to those who handle alerts of the member', () => {
    expect(told(raised, viewer('supervisor', null))).toBe(true);
    expect(told(raised, viewer('supervisor', null, false))).toBe(false);
    expect(told(raised, viewer('guardian', 'full'))).toBe(false);
  });
});

describe('the inbox', () => {
  it('is told to its owner only', () => {
    const changed: HappeningFact = {
      type: 'notifications.inbox-changed',
      payload: { userId: 'viewer', unread: 3, itemId: null },
    };
    expect(told(changed, viewer('member', null))).toBe(true);
    expect(told(changed, { ...viewer('member', null), userId: 'someone else' })).toBe(false);
  });
});

describe('what is looked through for a topic', () => {
  it('is what becomes frames of it', () => {
    expect(happeningTypesOf(new Set(['inbox']))).toEqual(['notifications.inbox-changed']);
    for (const topic of liveTopics) {
      const types = happeningTypesOf(new Set([topic]));
      for (const fact of facts) {
        const topics = happeningsOf(fact).map((each) => each.topic);
        expect(topics.includes(topic), `${fact.type} and ${topic}`).toBe(types.includes(fact.type));
      }
    }
  });
});
