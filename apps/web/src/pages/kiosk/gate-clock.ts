/**
 * The server's time on a screen whose own clock may be wrong, be set while it runs, or stand still while the device
 * sleeps. Two clocks are watched: one that nobody can set (monotonic) and the device's. While both agree on how much
 * time has passed, the server's time is known; when they do not, it has to be asked for again.
 */

interface Reading {
  readonly monotonicMs: number;
  readonly deviceMs: number;
}

export interface Anchor extends Reading {
  readonly serverMs: number;
}

export interface GateTime {
  readonly nowMs: number;
  /** False after a sleep or a set clock: no code may be shown until the server has told the time. */
  readonly isSure: boolean;
  /** How far the device's own clock is ahead of the server's. */
  readonly deviceAheadMs: number;
}

/** Clocks drift apart by themselves, by less than this between two answers of the server. */
const driftLimitMs = 1_500;

/** From an answer of the server: it told its time about half way between the question and the answer. */
export const anchorOf = (serverMs: number, asked: Reading, answered: Reading): Anchor => ({
  ...answered,
  serverMs: serverMs + (answered.monotonicMs - asked.monotonicMs) / 2,
});

export const gateTime = (anchor: Anchor, now: Reading): GateTime => {
  const passedMs = now.monotonicMs - anchor.monotonicMs;
  const nowMs = anchor.serverMs + passedMs;
  return {
    nowMs,
    isSure: Math.abs(now.deviceMs - anchor.deviceMs - passedMs) <= driftLimitMs,
    deviceAheadMs: now.deviceMs - nowMs,
  };
};

export interface CodeAtGate {
  readonly text: string;
  readonly typed: string;
  readonly validFrom: string;
  readonly validUntil: string;
}

/** The code to show at an instant of the server, null where none is known. */
export const codeAt = <Code extends CodeAtGate>(codes: readonly Code[], nowMs: number): Code | null =>
  codes.find(({ validFrom, validUntil }) => Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validUntil)) ?? null;
