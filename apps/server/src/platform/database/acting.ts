import { isUuid } from '../ids.ts';
import type { Acting, Standing } from './port.ts';

/** Puts a user into a transaction: see migrations/0008_scope.sql. All values are checked before they become text. */

/** The statement after which the user acts; it answers a row of `Standing`, or none. */
export const beginFor = ({ userId, homeOrgId, orgId, permission }: Acting): string => {
  const named = permission === null ? 'NULL' : `'${codeOf(permission)}'`;
  return `SELECT role, ties FROM platform.act('${idOf(homeOrgId)}', '${idOf(orgId)}', '${idOf(userId)}', ${named})`;
};

/** The same for a transaction that cannot ask, because it may run where the answer would be old. */
export const scopeFor = ({ userId, homeOrgId, orgId, ties }: Acting & Pick<Standing, 'ties'>): string => {
  const scope = ties.includes('organization') ? 'organization' : ties.map(codeOf).join() || 'none';
  const settings = { user_id: idOf(userId), scope, home_org_id: homeOrgId === orgId ? '' : idOf(homeOrgId) };
  return Object.entries(settings)
    .map(([name, value]) => `set_config('muster.${name}', '${value}', true)`)
    .join(', ');
};

export const readStanding = (row: Record<string, unknown> | undefined): Standing | null =>
  row === undefined || !('ties' in row)
    ? null
    : { role: row['role'] as Standing['role'], ties: row['ties'] as Standing['ties'] };

const idOf = (id: string): string => {
  if (!isUuid(id)) throw new Error('The id of a user or an organization is not a UUID');
  return id;
};

const codeOf = (code: string): string => {
  if (!/^[a-z]+([.-][a-z]+)*$/.test(code)) throw new Error(`Not a code: ${code}`);
  return code;
};
