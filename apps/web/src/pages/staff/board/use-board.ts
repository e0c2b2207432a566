import type { LiveHappening, SeenPosition } from '@muster/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { read, routes } from '../../../api/client.ts';
import { useLive } from '../../../api/use-live.ts';
import { useReload } from '../../../api/use-reload.ts';
import type { TrailPoint } from '../../../map/people/person.ts';
import { applyHappenings, asksForReload, boardRows, type PresenceAnswer } from './board-state.ts';

/** What arrives within this time is drawn at once: hundreds of people may move in a second. */
const gatherMs = 250;
/** The lists are loaded once for many who scan in the same second. */
const reloadMs = 1_000;
const longestTrail = 80;

const trailPoint = (position: SeenPosition): TrailPoint => ({
  longitude: position.longitude,
  latitude: position.latitude,
  atMs: Date.parse(position.fixedAt),
});

/** Collects what happens and hands it on together. */
const useGathered = (take: (happenings: readonly LiveHappening[]) => void) => {
  const waiting = useRef<LiveHappening[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (happening: LiveHappening) => {
    waiting.current.push(happening);
    if (waiting.current.length > 1) return;
    timer.current = setTimeout(() => {
      const gathered = waiting.current;
      waiting.current = [];
      take(gathered);
    }, gatherMs);
  };
};

/**
 * Everybody the reader is tied to, or one group of them: the day from attendance, the place from presence, kept up to
 * date by the live connection. Loading presence is recorded as a look, so it is not loaded again without need.
 */
export const useBoard = (groupId: string | undefined) => {
  const queries = useQueryClient();
  const reload = useReload(reloadMs);
  const query = useMemo(() => (groupId ? { groupId } : {}), [groupId]);
  const board = useQuery(read(routes.readBoard, { query }));
  const presenceRead = read(routes.listPresence, { query });
  const presence = useQuery({ ...presenceRead, staleTime: 60_000 });
  const [trails, setTrails] = useState<ReadonlyMap<string, readonly TrailPoint[]>>(new Map());

  const items = board.data?.items;
  const members = useMemo(() => new Set(items?.map(({ member }) => member.memberId)), [items]);
  const take = (gathered: readonly LiveHappening[]) => {
    const mine = gathered.filter((happening) => 'memberId' in happening && members.has(happening.memberId));
    if (mine.length === 0) return;
    const known = new Set(presence.data?.items.map(({ memberId }) => memberId));
    for (const happening of mine) {
      const asked = asksForReload(happening, known);
      if (asked === 'board') reload(routes.readBoard.operation);
      if (asked) reload(routes.listPresence.operation);
    }
    queries.setQueryData<PresenceAnswer>(presenceRead.queryKey, (before) => before && applyHappenings(before, mine));
    const moves = mine.filter((happening) => happening.kind === 'moved');
    if (moves.length === 0) return;
    setTrails((before) => {
      const next = new Map(before);
      for (const { memberId, position } of moves)
        next.set(memberId, [...(next.get(memberId) ?? []), trailPoint(position)].slice(-longestTrail));
      return next;
    });
  };
  const gather = useGathered(take);
  const live = useLive(['attendance', 'location', 'alerts'], gather, {
    onReset: () => {
      reload(routes.readBoard.operation);
      reload(routes.listPresence.operation);
    },
  });

  const places = presence.data?.items;
  const rows = useMemo(() => boardRows(items ?? [], places ?? []), [items, places]);
  return {
    rows,
    level: presence.data?.level ?? null,
    live,
    trails,
    isLoading: board.isPending,
    error: board.error,
    presenceError: presence.error,
    retry: () => {
      void board.refetch();
      void presence.refetch();
    },
  };
};
export type Board = ReturnType<typeof useBoard>;
