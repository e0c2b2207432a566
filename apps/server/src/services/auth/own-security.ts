import type { authSecurityRoutes, OwnSecurity, Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { readCredential } from './account-store.ts';
import { countRecoveryCodes, listPasskeys } from './factor-store.ts';
import { readMinLength } from './new-password.ts';
import { passkeyShown } from './passkeys.ts';
import { readPolicy } from './policy-store.ts';
import { needsSecondFactor } from './rules/sign-in-step.ts';

/** What the user's own page shows. */
export const readSecurity: Verb<(typeof authSecurityRoutes)['readSecurity']> = (tx, _input, { actor }) =>
  describeSecurity(tx, actor);

/** How an account is secured, whoever asks. */
export const describeSecurity = async (
  tx: Tx,
  { userId, role }: { readonly userId: string; readonly role: Role },
): Promise<OwnSecurity> => {
  const credential = await readCredential(tx, userId);
  const passwordStandsAlone = credential?.standsAlone ?? false;
  const { staffSecondFactor } = await readPolicy(tx);
  return {
    passwordChangedAt: credential?.changedAt.toISOString() ?? null,
    totpSince: (await readTotpSince(tx, userId))?.toISOString() ?? null,
    passkeys: (await listPasskeys(tx, userId)).map(passkeyShown),
    recoveryCodesLeft: await countRecoveryCodes(tx, userId),
    needsSecondFactor: needsSecondFactor({ role, passwordStandsAlone, staffSecondFactor }),
    passwordMinLength: await readMinLength(tx, userId, { role }),
  };
};

const readTotpSince = async (tx: Tx, userId: string): Promise<Date | null> => {
  const { rows } = await sql<{ confirmedAt: Date }>`
    SELECT confirmed_at AS "confirmedAt" FROM auth.totp WHERE user_id = ${userId}`.execute(tx);
  return rows[0]?.confirmedAt ?? null;
};
