import type { Role } from '@muster/contracts';
import { useMay } from '../../../app/session.tsx';

/** Of which roles somebody may make and change accounts; the server decides, this only hides what would be refused. */
export const useManagedRoles = (): readonly Role[] => {
  const may = useMay();
  return [
    ...(may('members.manage') ? (['member'] as const) : []),
    ...(may('guardians.manage') ? (['guardian'] as const) : []),
    ...(may('staff.manage') ? (['supervisor', 'org_office'] as const) : []),
    ...(may('staff.manage') && may('permissions.manage') ? (['org_admin'] as const) : []),
  ];
};
