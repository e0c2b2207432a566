import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectMockPunch, detectProxyAttendance, detectScanOutsideWindow, type PunchFacts } from './detect-punch.ts';
import type { SignalKind } from '@muster/contracts';
import { type Signal, signalRules } from './signals.ts';

type Fix = NonNullable<PunchFacts['fix']>;
const atTheGate: Fix = { accuracyMeters: 12, distanceToGeofenceMeters: -30, mock: false };
const honest: PunchFacts = {
  id: 'punch-1',
  memberId: 'mia',
  date: '2026-03-02',
  atMs: 1_772_438_400_000,
  deviceId: 'phone-1',
  boundToOther: false,
  codeRefused: null,
  windowRefused: null,
  fix: atTheGate,
};
const withFix = (fix: Partial<Fix>): PunchFacts => ({ ...honest, fix: { ...atTheGate, ...fix } });

function expectWellTold(signal: Signal | null, kind: SignalKind): void {
  expect(signal).toMatchObject({ kind, points: signalRules[kind].points, observedAtMs: honest.atMs });
  expect(signal?.sentence).toMatch(/^[A-Z].*\.$/);
  expect(signal?.innocentExplanations.length).toBeGreaterThan(0);
}

describe('the table of signals', () => {
  it('has the default points and alerts', () => {
    const points = Object.fromEntries(
      Object.entries(signalRules).map(([kind, rule]) => [kind, [rule.points, rule.alertAt]]),
    );
    expect(points).toEqual({
      'fake-gps': [30, 30],
      'impossible-travel': [25, 25],
      'proxy-attendance': [40, 40],
      'several-devices': [20, 20],
      'repeated-manual-attendance': [10, 30],
      'scan-outside-window': [5, 20],
      'geo-violation': [5, 25],
    });
  });
});

describe('proxy attendance', () => {
  it.each<[string, PunchFacts, string[]]>([
    ['a friend’s phone', { ...honest, boundToOther: true }, ['device-of-another']],
    ['a photo of the code', { ...honest, codeRefused: 'code-stale' }, ['code-stale']],
    ['a code made at home', { ...honest, codeRefused: 'code-foreign' }, ['code-foreign']],
    ['from home', withFix({ distanceToGeofenceMeters: 2_000 }), ['far-from-site']],
    ['just beyond the tolerance', withFix({ distanceToGeofenceMeters: 63 }), ['far-from-site']],
    [
      'a friend’s phone, from home',
      { ...withFix({ distanceToGeofenceMeters: 900 }), boundToOther: true },
      ['device-of-another', 'far-from-site'],
    ],
  ])('%s', (_name, punch, seen) => {
    const signal = detectProxyAttendance(punch);
    expectWellTold(signal, 'proxy-attendance');
    expect(signal).toMatchObject({ causeKey: 'punch:punch-1', facts: { seen } });
    expect(signal?.innocentExplanations).toHaveLength(seen.length);
  });

  it.each<[string, PunchFacts]>([
    ['an honest punch', honest],
    ['a device nobody could look up', { ...honest, boundToOther: null }],
    ['a code read in part', { ...honest, codeRefused: 'code-malformed' }],
    ['an old poster', { ...honest, codeRefused: 'code-revoked' }],
    ['a screen whose clock is ahead', { ...honest, codeRefused: 'code-ahead' }],
    ['the street before the gate', withFix({ distanceToGeofenceMeters: 62 })],
    ['far away by a vague fix', withFix({ distanceToGeofenceMeters: 700, accuracyMeters: 650 })],
    ['far away by a fix of unknown accuracy', withFix({ distanceToGeofenceMeters: 700, accuracyMeters: null })],
    ['no geofence', withFix({ distanceToGeofenceMeters: null })],
    ['no fix', { ...honest, fix: null }],
    ['a simulated fix far away, which is fake GPS', withFix({ distanceToGeofenceMeters: 900, mock: true })],
    ['a card scanned by a guard elsewhere', { ...withFix({ distanceToGeofenceMeters: 900 }), witnessed: true }],
  ])('is not %s', (_name, punch) => {
    expect(detectProxyAttendance(punch)).toBeNull();
  });

  it('is never claimed from a position that may be inside', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }), (distance, accuracy) => {
        const signal = detectProxyAttendance(withFix({ distanceToGeofenceMeters: distance, accuracyMeters: accuracy }));
        expect(signal !== null).toBe(distance - accuracy > 50);
      }),
    );
  });
});

describe('fake GPS', () => {
  it('is a fix that the phone calls simulated', () => {
    const signal = detectMockPunch(withFix({ mock: true }));
    expectWellTold(signal, 'fake-gps');
    expect(signal?.causeKey).toBe('position:phone-1');
  });

  it.each<[string, PunchFacts]>([
    ['a phone that says no', honest],
    ['a phone that does not say', withFix({ mock: null })],
    ['no fix', { ...honest, fix: null }],
    ['a card scanned by staff', { ...withFix({ mock: true }), witnessed: true }],
  ])('is not %s', (_name, punch) => {
    expect(detectMockPunch(punch)).toBeNull();
  });

  it('is not a survey-grade receiver on the list', () => {
    const policy = { farFromSiteMeters: 50, allowedMockDevices: ['phone-1'] };
    expect(detectMockPunch(withFix({ mock: true }), policy)).toBeNull();
  });
});

describe('a scan outside the window', () => {
  it.each(['too-early', 'site-closed'])('is a scan that was refused as %s, once a day', (windowRefused) => {
    const signal = detectScanOutsideWindow({ ...honest, windowRefused });
    expectWellTold(signal, 'scan-outside-window');
    expect(signal?.causeKey).toBe('window:mia:2026-03-02');
  });

  it.each([null, undefined, 'no-schedule', 'reason-required'])('is not %s', (windowRefused) => {
    expect(detectScanOutsideWindow({ ...honest, windowRefused: windowRefused ?? null })).toBeNull();
  });
});
