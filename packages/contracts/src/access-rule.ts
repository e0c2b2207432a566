import { z } from 'zod';
import {
  permission,
  permissionCodes,
  permissions,
  type Permission,
  type Role,
  role,
  type Tie,
  tie,
  ties,
  tiesOf,
} from './access.ts';
import { uuid } from './primitives.ts';

/**
 * How an organization narrows and widens the table, for a role or for one user, and what comes of it. The same rule
 * stands in the database as the view `published.permission`; a test holds the two together.
 */

/** Whom an override is for: everyone of a role, or one user. */
export const overrideSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('role'), role }),
  z.strictObject({ kind: z.literal('user'), userId: uuid }),
]);
export const permissionOverride = z.strictObject({
  subject: overrideSubject,
  permission,
  effect: z.enum(['grant', 'deny']),
  /** What is given, or taken: denying `organization` to an office leaves it what it holds through other ties. */
  ties: z.array(tie).min(1).max(ties.length),
});
export type PermissionOverride = z.infer<typeof permissionOverride>;

/** Somebody as the rule sees them. */
export interface Holder {
  readonly userId: string;
  readonly role: Role;
}

/**
 * These are as the table says, for everyone: who could hand out the right to hand out rights could take any right, and
 * whoever denied it to the last administrator would lock everybody out.
 */
export const isFixed = (code: Permission): boolean => code === 'permissions.manage' || isOfThePlatform(code);

/** Belongs to the deployment: nobody in an organization holds it, or could. */
const isOfThePlatform = (code: Permission): boolean =>
  Object.values<readonly Tie[]>(permissions[code]).every((held) => held.includes('all'));

/** Through which ties somebody of this role can be tied to members at all. */
const tiesOfRole: Readonly<Record<Role, readonly Tie[]>> = {
  platform_admin: [],
  platform_operator: [],
  platform_overseer: [],
  org_admin: ['organization'],
  org_office: ['organization', 'assigned'],
  supervisor: ['organization', 'assigned'],
  guardian: ['linked'],
  member: ['self'],
};

/** Ties to single members, which mean nothing where a permission is about the organization as a whole. */
const isHeldThrough = (code: Permission, among: readonly Tie[]): boolean =>
  Object.values<readonly Tie[]>(permissions[code]).some((held) => held.some((each) => among.includes(each)));

/**
 * The ties through which a role may hold a permission, whatever is granted: its own by the table; and, of what the
 * administrator of an organization holds, no further than the role itself is tied. A guardian or a member can only be
 * given what the table gives to some guardian or member.
 */
export const attainableTies = (holder: Role, code: Permission): readonly Tie[] => {
  const own = tiesOf(holder, code);
  if (isFixed(code) || !tiesOf('org_admin', code).includes('organization')) return own;
  const open = tiesOfRole[holder].filter((each) => {
    if (each === 'organization') return true;
    return isHeldThrough(code, each === 'assigned' ? ['assigned'] : ['linked', 'self']);
  });
  return ties.filter((each) => own.includes(each) || open.includes(each));
};

/** What decided about one tie. */
export const decisions = [
  'user-deny',
  'user-grant',
  'role-deny',
  'role-grant',
  'table',
  'fixed',
  /** Granted, but nobody of this role can hold it. */
  'unattainable',
] as const;
export type Decision = (typeof decisions)[number];
export interface TieDecision {
  readonly tie: Tie;
  readonly held: boolean;
  readonly decision: Decision;
}

/**
 * What of a permission somebody holds, tie by tie, and what decided it: the word about the user before the word about
 * the role, a denial before a grant, and the table where nobody has said anything. Only ties about which there is
 * something to say.
 * @param overrides of the holder's organization; those for others change nothing
 */
export const explainTies = (
  holder: Holder,
  code: Permission,
  overrides: readonly PermissionOverride[],
): readonly TieDecision[] => {
  const own = tiesOf(holder.role, code);
  if (isFixed(code)) return own.map((each) => ({ tie: each, held: true, decision: 'fixed' }));
  const attainable = attainableTies(holder.role, code);
  const concerning = overrides.filter((each) => each.permission === code && isFor(each, holder));
  return ties.flatMap((each): TieDecision[] => {
    const word = strongest(concerning, each);
    if (word === null) return own.includes(each) ? [{ tie: each, held: true, decision: 'table' }] : [];
    const isGrant = word.endsWith('grant');
    if (isGrant && !attainable.includes(each)) return [{ tie: each, held: false, decision: 'unattainable' }];
    return [{ tie: each, held: isGrant, decision: word }];
  });
};

/** The ties through which somebody holds a permission in their organization; empty when they do not hold it. */
export const effectiveTies = (
  holder: Holder,
  code: Permission,
  overrides: readonly PermissionOverride[],
): readonly Tie[] =>
  explainTies(holder, code, overrides)
    .filter(({ held }) => held)
    .map((decided) => decided.tie);

const isFor = ({ subject }: PermissionOverride, holder: Holder): boolean =>
  subject.kind === 'user' ? subject.userId === holder.userId : subject.role === holder.role;

const words = ['user-deny', 'user-grant', 'role-deny', 'role-grant'] as const;

const strongest = (overrides: readonly PermissionOverride[], about: Tie): (typeof words)[number] | null =>
  words.find((word) =>
    overrides.some((each) => `${each.subject.kind}-${each.effect}` === word && each.ties.includes(about)),
  ) ?? null;

/** The whole table as rows, for the database. */
export const permissionRows = (): readonly {
  readonly role: Role;
  readonly permission: Permission;
  readonly ties: readonly Tie[];
  readonly attainable: readonly Tie[];
  readonly isFixed: boolean;
}[] =>
  role.options.flatMap((holder) =>
    permissionCodes.map((code) => ({
      role: holder,
      permission: code,
      ties: tiesOf(holder, code),
      attainable: attainableTies(holder, code),
      isFixed: isFixed(code),
    })),
  );

/** What is wrong with an override before it is kept: granting what nobody of the role can hold, or touching what is fixed. */
export const overrideFault = (
  {
    permission: code,
    effect,
    ties: named,
  }: Pick<PermissionOverride, 'permission' | 'effect'> & { readonly ties: readonly Tie[] },
  holder: Role,
): 'fixed' | 'unattainable' | null => {
  if (isFixed(code)) return 'fixed';
  if (holder.startsWith('platform_')) return 'unattainable';
  const attainable = attainableTies(holder, code);
  return effect === 'grant' && named.some((each) => !attainable.includes(each)) ? 'unattainable' : null;
};
