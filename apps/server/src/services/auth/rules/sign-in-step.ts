import type { Factor, Role } from '@muster/contracts';

const staffRoles: ReadonlySet<Role> = new Set([
  'platform_admin',
  'platform_operator',
  'platform_overseer',
  'org_admin',
  'org_office',
  'supervisor',
]);

export const isStaff = (role: Role): boolean => staffRoles.has(role);

export interface AccountSecurity {
  readonly role: Role;
  /** Second factors that are set up. */
  readonly factors: readonly Factor[];
  /** The password is long enough to be all that is asked for. */
  readonly passwordStandsAlone: boolean;
  /** The organization asks a second factor of its staff. */
  readonly staffSecondFactor: boolean;
}

/** Whether this account may not be used by its password alone, whatever it has set up. */
export const needsSecondFactor = ({
  role,
  passwordStandsAlone,
  staffSecondFactor,
}: Omit<AccountSecurity, 'factors'>): boolean => !passwordStandsAlone || (staffSecondFactor && isStaff(role));

/**
 * What follows a right password: nothing more (`done`), the second factor that is there (`prove`), or setting one up
 * before anything else (`set-up`).
 */
export const stepAfterPassword = (account: AccountSecurity): 'done' | 'prove' | 'set-up' => {
  if (account.factors.length > 0) return 'prove';
  return needsSecondFactor(account) ? 'set-up' : 'done';
};
