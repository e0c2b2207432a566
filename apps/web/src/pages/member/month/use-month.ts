import { useQuery } from '@tanstack/react-query';
import { call, routes } from '../../../api/client.ts';
import { firstOf, lastOf } from './calendar.ts';

/** The attendance days of a month and its three rates. */
export const useMonth = (memberId: string, month: string) =>
  useQuery({
    queryKey: ['month', memberId, month],
    queryFn: ({ signal }) =>
      call(routes.listDays, { query: { memberId, from: firstOf(month), to: lastOf(month) } }, { signal }),
    staleTime: 60_000,
  });
