import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';

/** A member's risk with the signals behind it; staff see the same. */
export const useRisk = (memberId: string) =>
  useQuery({ ...read(routes.readRisk, { params: { memberId } }), staleTime: 60_000 });
