import { QueryCache, QueryClient } from '@tanstack/react-query';
import { isProblem } from '../api/problem.ts';

/** Reads are tried again only where waiting can help; refusals are shown at once. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // What was loaded while it was permitted must not stay on the screen.
        if (isProblem(error, 'not-permitted')) query.setState({ data: undefined });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => count < 2 && isProblem(error) && error.isPassing,
        retryDelay: (attempt, error) =>
          isProblem(error) && error.retryAfterSeconds !== undefined
            ? Math.min(error.retryAfterSeconds, 30) * 1000
            : Math.min(1000 * 2 ** attempt, 8000),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
