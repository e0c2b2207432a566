import type { SeenPosition, Timeline } from '@muster/contracts';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import type { PlaybackBand } from '../../../map/track-playback.tsx';

const none: readonly SeenPosition[] = [];

/**
 * The way of one member on one day, after the reader has said why. Each fetch is a recorded look, so it happens once
 * for each stated purpose and never by itself.
 */
export const useTrack = (memberId: string | null, date: string | null) => {
  const [given, setGiven] = useState<{ readonly memberId: string; readonly date: string; readonly purpose: string }>();
  const [chosenAtMs, setAtMs] = useState<number | null>(null);
  const asked = given && given.memberId === memberId && given.date === date ? given : null;
  const query = useQuery({
    queryKey: [routes.readTrack.operation, asked],
    queryFn: asked
      ? ({ signal }) =>
          call(
            routes.readTrack,
            { params: { memberId: asked.memberId }, query: { date: asked.date, purpose: asked.purpose } },
            { signal },
          )
      : skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });
  const loaded = asked ? query.data?.positions : undefined;
  const positions = useMemo(
    () => loaded?.toSorted((one, other) => one.fixedAt.localeCompare(other.fixedAt)) ?? none,
    [loaded],
  );
  const [first, last] = [positions[0], positions.at(-1)];
  const fromMs = first ? Date.parse(first.fixedAt) : 0;
  const toMs = last ? Date.parse(last.fixedAt) : 0;
  return {
    /** Whether the map belongs to the track now. */
    isShown: asked !== null && positions.length > 0,
    isAsked: asked !== null,
    isLoading: asked !== null && query.isPending,
    isEmpty: loaded !== undefined && positions.length === 0,
    error: asked ? query.error : null,
    positions,
    fromMs,
    toMs,
    atMs: Math.min(toMs, Math.max(fromMs, chosenAtMs ?? fromMs)),
    setAtMs,
    ask: (purpose: string) => {
      setAtMs(null);
      if (memberId && date) setGiven({ memberId, date, purpose });
    },
    close: () => setGiven(undefined),
  };
};
export type Track = ReturnType<typeof useTrack>;

/** What the scrubber marks: inside sessions, outside in excursions, silent where the phone said nothing. */
export const bandsOf = (timeline: Timeline | undefined, track: Pick<Track, 'fromMs' | 'toMs'>): PlaybackBand[] => {
  if (!timeline) return [];
  const endOf = (at: string | null): number => (at === null ? track.toMs : Date.parse(at));
  return [
    ...timeline.sessions.map(({ enteredAt, exitedAt }) => ({
      kind: 'inside' as const,
      fromMs: Date.parse(enteredAt),
      toMs: endOf(exitedAt),
    })),
    ...timeline.excursions.map(({ startedAt, endedAt }) => ({
      kind: 'outside' as const,
      fromMs: Date.parse(startedAt),
      toMs: endOf(endedAt),
    })),
    ...timeline.silences.map(({ from, to }) => ({
      kind: 'silent' as const,
      fromMs: Date.parse(from),
      toMs: endOf(to),
    })),
  ];
};
