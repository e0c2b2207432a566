import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evidence, type EvidencePolicy, evidencePolicyDefaults, judgePunch } from './evidence.ts';

const nowMs = 1_772_438_400_000;
const inTime: Evidence['window'] = { kind: 'free', late: false, lateByMinutes: 0 };

type Fix = NonNullable<Evidence['fix']>;
const fixAtTheGate: Fix = {
  latitude: 47.3769,
  longitude: 8.5417,
  accuracyMeters: 12,
  ageMs: 3_000,
  distanceToGeofenceMeters: -20,
  mock: false,
};

const honest: Evidence = {
  code: { kind: 'rotating', ageMs: 4_000 },
  fix: fixAtTheGate,
  device: { bound: true },
  clock: { deviceMs: nowMs - 800, serverMs: nowMs },
  risk: 'normal',
  window: inTime,
};

const withFix = (more: Partial<Fix>): Evidence => ({ ...honest, fix: { ...fixAtTheGate, ...more } });
const codes = (evidence: Evidence, policy?: EvidencePolicy) =>
  judgePunch(evidence, policy).reasons.map(({ code }) => code);

describe('an honest scan', () => {
  it.each<[string, Evidence]>([
    ['with everything in order', honest],
    ['whose phone does not know about mock locations', withFix({ mock: null })],
    ['from a printed code', { ...honest, code: { kind: 'printed', ageMs: null } }],
    ['a few steps outside the boundary', withFix({ distanceToGeofenceMeters: 60 })],
    ['outside, but within what the accuracy allows', withFix({ distanceToGeofenceMeters: 180, accuracyMeters: 150 })],
    [
      'with a two-minute-old fix and a clock two minutes off',
      {
        ...withFix({ ageMs: 120_000 }),
        clock: { deviceMs: nowMs - 120_000, serverMs: nowMs },
      },
    ],
    [
      'late, with a reason',
      { ...honest, window: { kind: 'with-reason', late: true, lateByMinutes: 90, reason: 'Bus' } },
    ],
    ['online, from a phone that hides its clock', { ...honest, clock: { deviceMs: null, serverMs: nowMs } }],
  ])('%s is accepted', (_name, evidence) => {
    expect(judgePunch(evidence)).toEqual({ verdict: 'accepted', reasons: [], signals: [] });
  });
});

describe('a check that cannot run holds the punch', () => {
  it.each<[string, Evidence, string]>([
    ['no fix', { ...honest, fix: null }, 'no-fix'],
    ['no geofence', withFix({ distanceToGeofenceMeters: null }), 'no-geofence'],
    ['no accuracy', withFix({ accuracyMeters: null }), 'accuracy-unknown'],
    ['a vague fix', withFix({ accuracyMeters: 201 }), 'fix-vague'],
    ['an old fix', withFix({ ageMs: 120_001 }), 'fix-old'],
    ['a fix from the future', withFix({ ageMs: -600_000 }), 'fix-old'],
    ['an age that is no number', withFix({ ageMs: Number.NaN }), 'fix-old'],
    ['a distance that is no number', withFix({ distanceToGeofenceMeters: Number.NaN }), 'place-unclear'],
    ['a device nobody could look up', { ...honest, device: { bound: null } }, 'device-unknown'],
    ['a phone that is not registered', { ...honest, device: { bound: false } }, 'device-not-bound'],
    ['an error on the way', { ...honest, failedChecks: ['geofence'] }, 'check-failed'],
    [
      'offline and without a clock',
      { ...honest, offline: true, clock: { deviceMs: null, serverMs: nowMs } },
      'clock-missing',
    ],
    ['earlier signals under review', { ...honest, risk: 'high' }, 'risk-high'],
  ])('%s', (_name, evidence, code) => {
    const judgement = judgePunch(evidence);
    expect(judgement.verdict).toBe('held');
    expect(judgement.reasons).toContainEqual({
      code,
      effect: 'hold',
      sentence: expect.stringMatching(/^[A-Z].+\.$/) as unknown,
    });
    expect(judgement.signals).toEqual([]);
  });
});

describe('an attempt to cheat', () => {
  it('with a friend’s phone is held, and the signal names innocent explanations', () => {
    const judgement = judgePunch({ ...honest, device: { bound: false, boundToOther: true } });
    expect(judgement.verdict).toBe('held');
    expect(judgement.signals).toMatchObject([{ kind: 'proxy-attendance', facts: { boundToOther: true } }]);
    expect(judgement.signals[0]?.innocentExplanations).toContain('Brothers and sisters share one phone.');
  });

  it('from home is held, in words and figures', () => {
    const judgement = judgePunch(withFix({ distanceToGeofenceMeters: 3_412 }));
    expect(judgement.verdict).toBe('held');
    expect(judgement.signals).toMatchObject([
      { kind: 'proxy-attendance', sentence: expect.stringContaining('at least 3.4 km outside the site') as unknown },
    ]);
  });

  it('with a mock-location app is held', () => {
    expect(judgePunch(withFix({ mock: true }))).toMatchObject({ verdict: 'held', signals: [{ kind: 'fake-gps' }] });
  });

  it.each(['code-stale', 'code-foreign'])('with a %s is refused and scored', (code) => {
    const judgement = judgePunch({ ...honest, code: { kind: 'refused', code, sentence: 'No.', ageMs: null } });
    expect(judgement).toMatchObject({ verdict: 'refused', signals: [{ kind: 'proxy-attendance' }] });
  });

  it.each(['code-malformed', 'code-revoked', 'code-ahead'])(
    'is not what a %s looks like: refused without a signal',
    (code) => {
      const judgement = judgePunch({ ...honest, code: { kind: 'refused', code, sentence: 'No.' } });
      expect(judgement).toMatchObject({ verdict: 'refused', signals: [] });
    },
  );

  it('is only flagged where the organization decides so', () => {
    const lenient: EvidencePolicy = { ...evidencePolicyDefaults, onMock: 'signal' };
    expect(judgePunch(withFix({ mock: true }), lenient).verdict).toBe('accepted-with-signals');
    const strict: EvidencePolicy = { ...evidencePolicyDefaults, onMock: 'refuse' };
    expect(judgePunch(withFix({ mock: true }), strict).verdict).toBe('refused');
  });
});

describe('a clock that differs', () => {
  const slow = { deviceMs: nowMs - 600_000, serverMs: nowMs };

  it('is a signal online, where the server’s time decides', () => {
    expect(judgePunch({ ...honest, clock: slow })).toMatchObject({
      verdict: 'accepted-with-signals',
      signals: [{ kind: 'clock-differs', sentence: "The phone's clock was 10 min behind." }],
    });
  });

  it('holds an offline punch, which has no other time', () => {
    expect(judgePunch({ ...honest, clock: slow, offline: true }).verdict).toBe('held');
    expect(judgePunch({ ...honest, offline: true })).toMatchObject({
      verdict: 'accepted',
      reasons: [{ code: 'offline', effect: 'note' }],
    });
  });
});

describe('the window', () => {
  it('refuses a scan too early, and scores it', () => {
    const window: Evidence['window'] = {
      kind: 'refused',
      code: 'too-early',
      sentence: 'Entry opens at 07:30.',
      opensAtMs: 1,
    };
    expect(judgePunch({ ...honest, window })).toMatchObject({
      verdict: 'refused',
      reasons: [{ code: 'too-early', sentence: 'Entry opens at 07:30.' }],
      signals: [{ kind: 'scan-outside-window' }],
    });
  });

  it('asks for a missing reason without scoring anything', () => {
    const window: Evidence['window'] = {
      kind: 'reason-needed',
      late: true,
      lateByMinutes: 70,
      sentence: 'A reason, please.',
    };
    expect(judgePunch({ ...honest, window })).toMatchObject({
      verdict: 'refused',
      reasons: [{ code: 'reason-required' }],
      signals: [],
    });
  });
});

describe('a card scanned by staff', () => {
  const card: Evidence = {
    ...honest,
    code: { kind: 'card', scannedBy: { userId: 'guard' } },
    fix: null,
    device: { bound: null },
  };

  it('stands equal to a phone: nothing of a phone is asked for', () => {
    expect(judgePunch(card)).toEqual({ verdict: 'accepted', reasons: [], signals: [] });
  });

  it('needs its witness, and keeps to the window', () => {
    expect(codes({ ...card, code: { kind: 'card', scannedBy: null } })).toEqual(['card-without-witness']);
    const closed: Evidence['window'] = {
      kind: 'refused',
      code: 'no-schedule',
      sentence: 'Nothing today.',
      opensAtMs: null,
    };
    expect(judgePunch({ ...card, window: closed }).verdict).toBe('refused');
  });
});

describe('whatever the evidence', () => {
  const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
    code: fc.constantFrom<Evidence['code'][]>(
      { kind: 'rotating', ageMs: 1 },
      { kind: 'typed', ageMs: 1 },
      { kind: 'refused', code: 'code-stale', sentence: 'Old.', ageMs: 60_000 },
    ),
    fix: fc.option(
      fc.record({
        latitude: fc.constant(47),
        longitude: fc.constant(8),
        accuracyMeters: fc.option(fc.double({ min: 0, max: 500 })),
        ageMs: fc.integer({ min: -300_000, max: 300_000 }),
        distanceToGeofenceMeters: fc.option(fc.double({ min: -500, max: 5_000 })),
        mock: fc.option(fc.boolean()),
      }),
    ),
    device: fc.record({ bound: fc.option(fc.boolean()), boundToOther: fc.boolean() }),
    clock: fc.record({
      deviceMs: fc.option(fc.integer({ min: nowMs - 500_000, max: nowMs + 500_000 })),
      serverMs: fc.constant(nowMs),
    }),
    offline: fc.boolean(),
    window: fc.constantFrom<Evidence['window'][]>(inTime, {
      kind: 'refused',
      code: 'site-closed',
      sentence: 'Closed.',
      opensAtMs: null,
    }),
    failedChecks: fc.constantFrom<string[][]>([], ['device']),
  });

  it('a refusal wins over a hold, and a hold over a signal', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const { verdict, reasons, signals } = judgePunch(evidence);
        const has = (effect: string) => reasons.some((reason) => reason.effect === effect);
        const expected = has('refuse')
          ? 'refused'
          : has('hold')
            ? 'held'
            : signals.length > 0
              ? 'accepted-with-signals'
              : 'accepted';
        expect(verdict).toBe(expected);
      }),
    );
  });

  it('nothing is accepted without a usable fix, a known device and a valid code', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        if (!judgePunch(evidence).verdict.startsWith('accepted')) {
          return;
        }
        expect(evidence.code.kind).not.toBe('refused');
        expect(evidence.device.bound).toBe(true);
        expect(evidence.fix?.accuracyMeters).toBeTypeOf('number');
        expect(evidence.fix?.distanceToGeofenceMeters).toBeTypeOf('number');
      }),
      { numRuns: 2000 },
    );
  });
});
