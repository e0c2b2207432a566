import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, routes } from '../../../api/client.ts';
import { useLive } from '../../../api/use-live.ts';

export const unreadKey = ['inbox', 'unread'] as const;

/** How many items of the own inbox are unread, kept up to date by the live connection. */
export const useUnread = (): number => {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: unreadKey,
    queryFn: async ({ signal }) => (await call(routes.readInbox, { query: { limit: 1 } }, { signal })).unread,
    staleTime: 60_000,
  });
  useLive(
    ['inbox'],
    (happening) => {
      if (happening.kind !== 'inbox') return;
      queries.setQueryData(unreadKey, happening.unread);
      void queries.invalidateQueries({ queryKey: ['inbox', 'items'] });
    },
    { onReset: () => void queries.invalidateQueries({ queryKey: ['inbox'] }) },
  );
  return data ?? 0;
};
