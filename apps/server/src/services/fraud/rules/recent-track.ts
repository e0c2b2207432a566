import type { TravelFix } from './detect-travel.ts';

/** As many fixes, and none older than this before the newest, are kept to see impossible travel. */
export const recentTrackBounds = { fixes: 100, withinMs: 60 * 60_000 } as const;

/** The kept fixes with new ones among them: in order of time, one per instant, bounded. */
export function joinTrack(
  kept: readonly TravelFix[],
  more: readonly TravelFix[],
  bounds: { fixes: number; withinMs: number } = recentTrackBounds,
): TravelFix[] {
  const byInstant = new Map([...kept, ...more].map((fix) => [fix.atMs, fix]));
  const inOrder = [...byInstant.values()].sort((a, b) => a.atMs - b.atMs);
  const newestMs = inOrder.at(-1)?.atMs ?? 0;
  return inOrder.filter(({ atMs }) => newestMs - atMs <= bounds.withinMs).slice(-bounds.fixes);
}
