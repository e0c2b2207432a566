import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRefresh, type PresentedRefresh, refreshGraceMs } from './refresh-decision.ts';

const unused: PresentedRefresh = {
  nowMs: 1000,
  deviceId: 'phone',
  session: { deviceId: 'phone', endedAtMs: null, endsByMs: 1_000_000 },
  token: { expiresAtMs: 500_000, usedAtMs: null, successorUsed: false },
};
const usedAt = (usedAtMs: number, nowMs: number, successorUsed = false): PresentedRefresh => ({
  ...unused,
  nowMs,
  token: { ...unused.token, usedAtMs, successorUsed },
});

describe('decideRefresh', () => {
  it('rotates an unused token', () => expect(decideRefresh(unused)).toBe('rotate'));
  it('repeats for the immediate parent within the grace period, and not a millisecond longer', () => {
    expect(decideRefresh(usedAt(1000, 1000 + refreshGraceMs))).toBe('repeat');
    expect(decideRefresh(usedAt(1000, 1001 + refreshGraceMs))).toBe('reused');
  });
  it('knows no grace for an older ancestor', () => expect(decideRefresh(usedAt(1000, 1001, true))).toBe('reused'));
  it('refuses an expired token without ending the session', () =>
    expect(decideRefresh({ ...unused, nowMs: 500_000 })).toBe('expired'));
  it('refuses every token of an ended session', () =>
    expect(decideRefresh({ ...unused, session: { ...unused.session, endedAtMs: 1 } })).toBe('ended'));
  it('notices a foreign device', () => expect(decideRefresh({ ...unused, deviceId: 'laptop' })).toBe('foreign-device'));
  it('takes a use by a clock that is ahead for one of just now', () =>
    expect(decideRefresh(usedAt(5000, 1000))).toBe('repeat'));
});

/** A family as the server keeps it; each step presents one of its tokens at a later moment. */
const playFamily = (steps: readonly { presents: number; waitMs: number }[]) => {
  const tokens: { expiresAtMs: number; usedAtMs: number | null }[] = [{ expiresAtMs: Infinity, usedAtMs: null }];
  const outcomes: { decision: string; index: number; newest: number; sinceUseMs: number | null }[] = [];
  let endedAtMs: number | null = null;
  let nowMs = 0;
  for (const { presents, waitMs } of steps) {
    nowMs += waitMs;
    const index = presents % tokens.length;
    const token = tokens[index]!;
    const successor = tokens[index + 1];
    const decision = decideRefresh({
      nowMs,
      deviceId: 'phone',
      session: { deviceId: 'phone', endedAtMs, endsByMs: Infinity },
      token: { ...token, successorUsed: successor !== undefined && successor.usedAtMs !== null },
    });
    const sinceUseMs = token.usedAtMs === null ? null : nowMs - token.usedAtMs;
    outcomes.push({ decision, index, newest: tokens.length - 1, sinceUseMs });
    if (decision === 'rotate') {
      token.usedAtMs = nowMs;
      tokens.push({ expiresAtMs: Infinity, usedAtMs: null });
    }
    if (decision === 'reused') endedAtMs = nowMs;
  }
  return outcomes;
};
const steps = fc.array(fc.record({ presents: fc.nat(20), waitMs: fc.nat(15_000) }), { maxLength: 40 });

describe('a family of refresh tokens', () => {
  it('never has two usable tokens, and lives exactly until the first real reuse', () => {
    fc.assert(
      fc.property(steps, (played) => {
        let ended = false;
        for (const { decision, index, newest, sinceUseMs } of playFamily(played)) {
          if (ended) expect(decision).toBe('ended');
          else if (index === newest) expect(decision).toBe('rotate');
          else if (index === newest - 1 && sinceUseMs! <= refreshGraceMs) expect(decision).toBe('repeat');
          else expect(decision).toBe('reused');
          ended ||= decision === 'reused';
        }
      }),
    );
  });
});
