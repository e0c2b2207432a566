import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';

/** The newest open alerts; what is true beyond the fiftieth is "50+". */
export const useOpenAlerts = () => {
  const alerts = useQuery({ ...read(routes.listAlerts, { query: { open: 'true', limit: 50 } }), staleTime: 30_000 });
  const items = alerts.data?.items ?? [];
  return { ...alerts, items, hasMore: alerts.data?.nextCursor != null };
};
