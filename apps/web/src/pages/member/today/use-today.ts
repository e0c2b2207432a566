import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, routes } from '../../../api/client.ts';
import { onSessionChange, readRefreshToken } from '../../../api/session-store.ts';
import { useLive } from '../../../api/use-live.ts';
import { deviceNowMs, useNow } from '../../../app/clock.ts';
import { type DayPhase, dayPhase, type Going, type Today } from './day-phase.ts';

const keptKey = 'muster.today';

interface Kept {
  readonly today: Today;
  readonly keptAtMs: number;
}

// Who signs out leaves nothing of their day behind.
onSessionChange(() => {
  if (readRefreshToken() === null) localStorage.removeItem(keptKey);
});

/** The own day as it was last known, so that it can be read without a network. */
const readKept = (memberId: string): Kept | null => {
  try {
    const kept = JSON.parse(localStorage.getItem(keptKey) ?? 'null') as Kept | null;
    return kept?.today.member.memberId === memberId ? kept : null;
  } catch {
    return null;
  }
};

export const todayKey = (memberId: string) => ['today', memberId] as const;
export const timelineKey = (memberId: string, date: string) => ['timeline', memberId, date] as const;

/**
 * A member's day right now, loaded again when something happens in it. With `keepsOnDevice` the last answer opens the
 * page without a network.
 */
export const useToday = (memberId: string, { keepsOnDevice = false } = {}) => {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: todayKey(memberId),
    queryFn: async ({ signal }) => {
      const today = await call(routes.readToday, { params: { memberId } }, { signal });
      if (keepsOnDevice) localStorage.setItem(keptKey, JSON.stringify({ today, keptAtMs: deviceNowMs() }));
      return today;
    },
    initialData: () => (keepsOnDevice ? readKept(memberId)?.today : undefined),
    initialDataUpdatedAt: () => (keepsOnDevice ? (readKept(memberId)?.keptAtMs ?? 0) : 0),
    // A day begins and ends by itself, without anything happening.
    refetchInterval: 5 * 60_000,
  });
  const loadAgain = () => {
    void queries.invalidateQueries({ queryKey: todayKey(memberId) });
    void queries.invalidateQueries({ queryKey: ['timeline', memberId] });
    void queries.invalidateQueries({ queryKey: ['month', memberId] });
  };
  useLive(
    ['attendance', 'location'],
    (happening) => {
      if (!('memberId' in happening) || happening.memberId !== memberId || happening.kind === 'moved') return;
      loadAgain();
    },
    { onReset: loadAgain },
  );
  return query;
};

/** Excursions and silences of a day, without coordinates. */
export const useTimeline = (memberId: string, date: string | undefined, isRunning = false) =>
  useQuery({
    queryKey: timelineKey(memberId, date ?? ''),
    queryFn: ({ signal }) =>
      call(routes.readTimeline, { params: { memberId }, query: { date: date ?? '' } }, { signal }),
    enabled: date !== undefined,
    refetchInterval: isRunning ? 60_000 : false,
  });

type TimelineOfDay = NonNullable<ReturnType<typeof useTimeline>['data']>;

const goingOf = (timeline: TimelineOfDay | undefined): Going => {
  const outside = timeline?.excursions.find(({ endedAt }) => endedAt === null);
  const silent = timeline?.silences.find(({ to }) => to === null);
  return {
    outsideSinceMs: outside ? Date.parse(outside.startedAt) : null,
    silentSinceMs: silent ? Date.parse(silent.from) : null,
  };
};

/** The phase of a day as it is at this moment. */
export const useDayPhase = (today: Today, timeline: TimelineOfDay | undefined): DayPhase => {
  const now = useNow();
  return dayPhase(today, now, goingOf(timeline));
};
