import { z } from 'zod';
import { permission, role, tie } from './access.ts';
import { decisions, permissionOverride } from './access-rule.ts';
import { uuid } from './primitives.ts';
import { route } from './route.ts';

/** What an organization has changed about who may do what, and what that comes to for one user. */

const manage = { permission: 'permissions.manage' } as const;

const keptOverride = permissionOverride.extend({
  /** Of the user it is for; null for a role. */
  displayName: z.string().nullable(),
});
export type KeptOverride = z.infer<typeof keptOverride>;
const permissionSettings = z.strictObject({ version: z.string(), overrides: z.array(keptOverride) });
export type PermissionSettings = z.infer<typeof permissionSettings>;

export const permissionExplanation = z.strictObject({
  userId: uuid,
  displayName: z.string(),
  role,
  status: z.enum(['active', 'suspended', 'left']),
  /** What of each permission is held or was taken, and what decided it; not those about which nothing is to say. */
  permissions: z.array(
    z.strictObject({
      permission,
      decisions: z.array(z.strictObject({ tie, held: z.boolean(), decision: z.enum(decisions) })),
    }),
  ),
  /** How many members each tie leads to, and through what. */
  reach: z.array(
    z.strictObject({
      tie,
      memberCount: z.number().int(),
      /** Of `assigned`. */
      groups: z.array(z.strictObject({ groupId: uuid, name: z.string() })),
    }),
  ),
  /** Where it was asked about one member: the ties to exactly that one, with the group of `assigned`. */
  member: z
    .strictObject({
      memberId: uuid,
      displayName: z.string(),
      ties: z.array(z.strictObject({ tie, groupName: z.string().nullable() })),
    })
    .nullable(),
});
export type PermissionExplanation = z.infer<typeof permissionExplanation>;

export const permissionRoutes = {
  readPermissions: route({
    operation: 'readPermissions',
    service: 'users',
    method: 'GET',
    path: '/v1/permissions',
    summary: 'What the organization has granted and denied beyond the table',
    access: manage,
    answer: permissionSettings,
    idempotency: 'natural',
    versioned: true,
  }),
  replacePermissions: route({
    operation: 'replacePermissions',
    service: 'users',
    method: 'PUT',
    path: '/v1/permissions',
    summary: 'Replace all of it; it holds from the next request on, and over open sockets within seconds',
    access: manage,
    body: z.strictObject({ overrides: z.array(permissionOverride).max(2_000) }),
    answer: permissionSettings,
    idempotency: 'key',
    versioned: true,
    stepUp: true,
    problems: ['version-missing', 'changed-meanwhile'],
  }),
  explainPermissions: route({
    operation: 'explainPermissions',
    service: 'users',
    method: 'GET',
    path: '/v1/people/:userId/permissions',
    summary: 'What a user may do, and why; asked about a member, also how the two are tied',
    access: manage,
    params: z.strictObject({ userId: uuid }),
    query: z.strictObject({ memberId: uuid.optional() }),
    answer: permissionExplanation,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
