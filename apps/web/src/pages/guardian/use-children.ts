import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../api/client.ts';
import { useProfile } from '../../app/session.tsx';

/** The members that the signed-in guardian is linked to. */
export const useChildren = () =>
  useQuery({ ...read(routes.listMembers, { query: { limit: 200 } }), staleTime: 5 * 60_000 });

/** What was agreed about this guardian and a child; null where they are not linked any more. */
export const useAgreement = (memberId: string) => {
  const { userId } = useProfile();
  return useQuery({
    ...read(routes.readGuardianAgreement, { params: { memberId } }),
    staleTime: 5 * 60_000,
    select: ({ items }) => items.find(({ guardianId }) => guardianId === userId) ?? null,
  });
};
