import type { Role } from '@muster/contracts';
import { useMay, useProfile, useSession } from '../../../app/session.tsx';

/** Who may least comes first: a form begins with it. */
const platformRoles = ['platform_overseer', 'platform_operator', 'platform_admin'] as const satisfies Role[];

/** Of which roles somebody may make and change accounts; the server decides, this only hides what would be refused. */
export const useManagedRoles = (): readonly Role[] => {
  const may = useMay();
  const { role } = useProfile();
  const { actingIn } = useSession();
  // In the organization of the platform there are no others.
  if (role.startsWith('platform_') && actingIn === null) return role === 'platform_admin' ? platformRoles : [];
  return [
    ...(may('members.manage') ? (['member'] as const) : []),
    ...(may('guardians.manage') ? (['guardian'] as const) : []),
    ...(may('staff.manage') ? (['supervisor', 'org_office'] as const) : []),
    ...(may('staff.manage') && may('permissions.manage') ? (['org_admin'] as const) : []),
  ];
};

/** Where the list of those people is. */
export const usePeopleList = (): '/platform/people' | '/admin/people' | null => {
  const may = useMay();
  const { role } = useProfile();
  const { actingIn } = useSession();
  if (role.startsWith('platform_') && actingIn === null) return '/platform/people';
  return may('gates.operate') ? '/admin/people' : null;
};
