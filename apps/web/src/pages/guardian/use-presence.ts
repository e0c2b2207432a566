import type { geoRoutes, RouteAnswer } from '@muster/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, routes } from '../../api/client.ts';
import { useLive } from '../../api/use-live.ts';

type Answer = RouteAnswer<typeof geoRoutes.readPresence>;

/**
 * Where a child is, kept up to date by the live connection. Asking is a look, and it is recorded: it is only asked when
 * the live view was agreed to and somebody sees the answer.
 */
export const usePresence = (memberId: string, isWanted: boolean) => {
  const queries = useQueryClient();
  const queryKey = ['presence', memberId] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => call(routes.readPresence, { params: { memberId } }, { signal }),
    enabled: isWanted,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const change = (changed: (presence: NonNullable<Answer['presence']>) => Answer['presence']) =>
    queries.setQueryData<Answer>(
      queryKey,
      (known) => known && { ...known, presence: known.presence && changed(known.presence) },
    );
  useLive(
    ['location'],
    (happening) => {
      if (!('memberId' in happening) || happening.memberId !== memberId) return;
      if (happening.kind === 'moved') {
        const { position } = happening;
        if (!query.data?.presence) void queries.invalidateQueries({ queryKey });
        else
          change((known) =>
            known.position && known.position.fixedAt > position.fixedAt
              ? known
              : { ...known, position, lastHeardAt: position.fixedAt },
          );
      } else if (happening.kind === 'presence') {
        const { state, since } = happening;
        change((known) => ({ ...known, state, since }));
      }
    },
    { enabled: isWanted, onReset: () => void queries.invalidateQueries({ queryKey }) },
  );
  return query;
};
