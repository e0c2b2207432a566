import { z } from 'zod';
import { permission, type Permission, permissionCodes } from './access.ts';
import { instant, line, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Keys for programs: `Authorization: Bearer muster_…`. A key acts for whoever made it, and only as far as it says. */

/** What no key can be given: with these, a key that is lost would be more than a key. */
const neverForKeys: readonly Permission[] = [
  'organizations.see',
  'organizations.manage',
  'figures.see',
  'system.configure',
  'operations.manage',
  'permissions.manage',
  'security.configure',
  'integrations.manage',
  'privacy.manage',
  'staff.manage',
  'devices.manage',
  'attendance.punch',
  'location.report',
];
export const permissionsForKeys: readonly Permission[] = permissionCodes.filter((code) => !neverForKeys.includes(code));

export const apiKey = z.strictObject({
  keyId: uuid,
  name: z.string(),
  permissions: z.array(permission),
  madeBy: z.string().meta({ description: 'the name of whoever made it, for whom it acts' }),
  madeAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

const manage = { permission: 'integrations.manage' } as const;

export const apiKeyRoutes = {
  listApiKeys: route({
    operation: 'listApiKeys',
    service: 'auth',
    method: 'GET',
    path: '/v1/organization/api-keys',
    summary: 'The keys of the organization, the newest first; never the keys themselves',
    access: manage,
    answer: z.strictObject({ items: z.array(apiKey) }),
    idempotency: 'natural',
  }),
  makeApiKey: route({
    operation: 'makeApiKey',
    service: 'auth',
    method: 'POST',
    path: '/v1/organization/api-keys',
    summary: 'Make a key for a program; it is shown once, and ends when whoever made it is suspended or leaves',
    access: manage,
    stepUp: true,
    body: z.strictObject({
      name: line(80),
      permissions: z
        .array(z.enum(permissionsForKeys as [Permission, ...Permission[]]))
        .min(1)
        .max(30),
      validDays: z.number().int().min(1).max(730).default(365),
    }),
    answer: z.strictObject({ key: z.string(), apiKey }),
    status: 201,
    idempotency: 'key',
    secretAnswer: true,
  }),
  revokeApiKey: route({
    operation: 'revokeApiKey',
    service: 'auth',
    method: 'DELETE',
    path: '/v1/organization/api-keys/:keyId',
    summary: 'The key works no more, within a second',
    access: manage,
    params: z.strictObject({ keyId: uuid }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
