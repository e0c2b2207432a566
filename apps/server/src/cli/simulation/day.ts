import { between } from './random.ts';

const secondMs = 1000;

/** A simulated day of one person: milliseconds after it begins; null is never. */
export interface SimulatedDay {
  /** Null: does not come today. */
  readonly entersAfterMs: number | null;
  readonly leavesCampusAfterMs: number | null;
  readonly awayMs: number;
  readonly silentAfterMs: number | null;
  /** Null: stays as long as the site is open. */
  readonly exitsAfterMs: number | null;
}

/**
 * About a day in ten minutes: most come within two minutes, some later, a few not at all; some leave the campus for a
 * while, the phones of a few fall silent, and after eight minutes the first go home. Every third stays, so that there is
 * somebody to see.
 */
export const simulatedDay = (random: () => number): SimulatedDay => {
  const arrival = random();
  const fate = random();
  const stays = random() < 0.35;
  const isSilent = fate >= 0.08 && fate < 0.12;
  const seconds = (low: number, high: number) => between(random, low, high) * secondMs;
  const comesLate = arrival < 0.15;
  return {
    entersAfterMs: arrival < 0.05 ? null : comesLate ? seconds(150, 270) : seconds(0, 120),
    leavesCampusAfterMs: fate < 0.08 ? seconds(180, 300) : null,
    awayMs: seconds(20, 120),
    silentAfterMs: isSilent ? seconds(300, 400) : null,
    exitsAfterMs: stays || isSilent ? null : seconds(480, 660),
  };
};
