import { describe, expect, it } from 'vitest';
import { anchorOf, codeAt, gateTime } from './gate-clock.ts';

const serverMs = Date.UTC(2031, 2, 4, 6, 30);
const wrongDeviceMs = serverMs - 3 * 3_600_000;
const asked = { monotonicMs: 1_000, deviceMs: wrongDeviceMs };
const answered = { monotonicMs: 1_200, deviceMs: wrongDeviceMs + 200 };
const anchor = anchorOf(serverMs, asked, answered);
const after = (ms: number, { sleptMs = 0, setMs = 0 } = {}) => ({
  monotonicMs: answered.monotonicMs + ms - sleptMs,
  deviceMs: answered.deviceMs + ms + setMs,
});

describe('the time at the gate', () => {
  it("is the server's, however wrong the device's clock is", () => {
    const time = gateTime(anchor, after(60_000));
    expect(time.nowMs).toBe(serverMs + 100 + 60_000);
    expect(time.isSure).toBe(true);
    expect(Math.round(time.deviceAheadMs / 3_600_000)).toBe(-3);
  });

  it('is not trusted after a sleep or after somebody set the clock', () => {
    expect(gateTime(anchor, after(600_000, { sleptMs: 500_000 })).isSure).toBe(false);
    expect(gateTime(anchor, after(60_000, { setMs: 3_600_000 })).isSure).toBe(false);
    expect(gateTime(anchor, after(60_000, { setMs: -5_000 })).isSure).toBe(false);
  });

  it('forgives a clock that is nudged', () => {
    expect(gateTime(anchor, after(30_000, { setMs: 400 })).isSure).toBe(true);
  });
});

describe('the code at an instant', () => {
  const codes = Array.from({ length: 13 }, (_, step) => ({
    text: `code ${step}`,
    typed: '',
    validFrom: new Date(serverMs + step * 10_000).toISOString(),
    validUntil: new Date(serverMs + (step + 1) * 10_000).toISOString(),
  }));

  it('changes at the step, to the millisecond', () => {
    expect(codeAt(codes, serverMs)?.text).toBe('code 0');
    expect(codeAt(codes, serverMs + 9_999)?.text).toBe('code 0');
    expect(codeAt(codes, serverMs + 10_000)?.text).toBe('code 1');
  });

  it('is there for two minutes without a network, and then no longer', () => {
    for (let ms = 0; ms < 120_000; ms += 1_000) expect(codeAt(codes, serverMs + ms)).not.toBeNull();
    expect(codeAt(codes, serverMs + 130_000)).toBeNull();
    expect(codeAt(codes, serverMs - 1)).toBeNull();
  });
});
