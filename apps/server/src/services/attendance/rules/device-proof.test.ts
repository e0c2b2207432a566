import type { PunchSignature, PunchStatement } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceKey } from '../../../cli/api/device-key.ts';
import { judgeDeviceProof, type KnownDevice } from './device-proof.ts';

type Said = Omit<PunchStatement, 'counter'>;

const key = new DeviceKey('own');
const { publicKey } = key;
const known: KnownDevice = { publicKey, lastCounter: null };

const fix = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  accuracyMeters: fc.option(fc.double({ min: 0, max: 100_000, noNaN: true })),
  ageMs: fc.nat(86_400_000),
  mock: fc.option(fc.boolean()),
});
const said: fc.Arbitrary<Said> = fc.record({
  orgId: fc.uuid(),
  memberId: fc.uuid(),
  deviceId: fc.uuid(),
  direction: fc.constantFrom('ENTER' as const, 'EXIT' as const),
  nonce: fc.base64String({ minLength: 16, maxLength: 40 }),
  deviceAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fix: fc.option(fix),
  reason: fc.option(fc.string({ minLength: 3 }), { nil: undefined }),
});
const codeOf = (punch: Said, signature: PunchSignature | undefined, device = known) => {
  const proof = judgeDeviceProof(device, punch, signature);
  return proof.kind === 'refused' ? proof.code : proof.kind;
};

describe('a punch', () => {
  it('counts as signed by its device exactly as it was said there, also after its way as JSON', () => {
    fc.assert(
      fc.property(said, (punch) => {
        const signature = key.signPunch(punch);
        const arrived = JSON.parse(JSON.stringify(punch)) as Said;
        expect(codeOf(arrived, signature)).toBe('signed');
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when anything of it is changed, whichever field it is', () => {
    fc.assert(
      fc.property(said, said, fc.nat({ max: 7 }), (punch, other, index) => {
        const field = (Object.keys(punch) as (keyof Said)[])[index] ?? 'nonce';
        const changed = { ...punch, [field]: other[field] };
        fc.pre(JSON.stringify(spoken(changed)) !== JSON.stringify(spoken(punch)));
        expect(codeOf(changed, key.signPunch(punch))).toBe('signature-wrong');
      }),
      { numRuns: 120 },
    );
  });

  it('is refused when any figure of its position is changed', () => {
    fc.assert(
      fc.property(said, fix, fix, fc.nat({ max: 4 }), (punch, before, other, index) => {
        const field = (Object.keys(before) as (keyof typeof before)[])[index] ?? 'mock';
        fc.pre(before[field] !== other[field]);
        const signature = key.signPunch({ ...punch, fix: before });
        expect(codeOf({ ...punch, fix: { ...before, [field]: other[field] } }, signature)).toBe('signature-wrong');
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with the key of another device, with another counter, and without a signature', () => {
    fc.assert(
      fc.property(said, fc.uuid(), (punch, secret) => {
        expect(codeOf(punch, new DeviceKey(secret).signPunch(punch))).toBe('signature-wrong');
        const signature = key.signPunch(punch);
        expect(codeOf(punch, { ...signature, counter: signature.counter + 1 })).toBe('signature-wrong');
        expect(codeOf(punch, undefined)).toBe('signature-missing');
      }),
      { numRuns: 40 },
    );
  });

  it('is refused when the device counts backwards, or not on', () => {
    fc.assert(
      fc.property(said, fc.nat({ max: 5 }), (punch, ahead) => {
        const signature = key.signPunch(punch);
        expect(codeOf(punch, signature, { publicKey, lastCounter: signature.counter + ahead })).toBe('counter-back');
        expect(codeOf(punch, signature, { publicKey, lastCounter: signature.counter - 1 })).toBe('signed');
      }),
      { numRuns: 20 },
    );
  });

  it('of a device that has no key cannot be asked for a signature', () => {
    fc.assert(
      fc.property(said, (punch) => {
        const keyless = { publicKey: null, lastCounter: null };
        expect(judgeDeviceProof(keyless, punch, undefined)).toEqual({ kind: 'keyless' });
        expect(judgeDeviceProof(keyless, punch, key.signPunch(punch))).toEqual({ kind: 'keyless' });
      }),
      { numRuns: 10 },
    );
  });
});

/** Blanks around a reason say nothing: they are not kept. -0 degrees are 0. */
const spoken = ({ reason, fix: at, ...rest }: Said) => ({ ...rest, fix: at, reason: reason?.trim() ?? null });
