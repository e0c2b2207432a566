import { z } from 'zod';
import { vocabulary } from './access.ts';
import { personEmail, personLanguage, personName, siteFields } from './people.ts';
import { instant, line, page, pageQuery, uuid } from './primitives.ts';
import { route, serviceNames } from './route.ts';

/** For those who run Muster: how it is configured, and the organizations on it. */

/** Part of addresses and of the organization's own sign-in page. */
export const organizationSlug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and hyphens, and no hyphen first');

const organizationOverview = z.strictObject({
  orgId: uuid,
  name: z.string(),
  slug: z.string(),
  vocabulary,
  createdAt: instant,
  sites: z.number().int(),
  groups: z.number().int(),
  /** Active ones. */
  members: z.number().int(),
  staff: z.number().int(),
  /** Somebody has signed in there, as far back as sign-ins are kept. */
  inUse: z.boolean(),
});
export type OrganizationOverview = z.infer<typeof organizationOverview>;

const setting = z.strictObject({
  name: z.string().meta({ description: 'the environment variable' }),
  meaning: z.string(),
  value: z
    .string()
    .nullable()
    .meta({ description: 'what holds now, without passwords; null when nothing does, or it is secret' }),
  isSet: z.boolean().meta({ description: 'somebody has set it; otherwise its default holds' }),
  isSecret: z.boolean(),
});
export type Setting = z.infer<typeof setting>;

export const platformRoutes = {
  readSettings: route({
    operation: 'readSettings',
    service: 'gateway',
    method: 'GET',
    path: '/v1/platform/settings',
    summary: 'How the process that answers was configured when it started, without what is secret',
    access: { permission: 'system.configure' },
    answer: z.strictObject({
      settings: z.array(setting),
      elsewhere: z
        .array(z.enum(serviceNames))
        .meta({ description: 'services in processes of their own, which have been told their own' }),
    }),
    idempotency: 'natural',
  }),
  listOrganizations: route({
    operation: 'listOrganizations',
    service: 'users',
    method: 'GET',
    path: '/v1/platform/organizations',
    summary: 'The organizations on this Muster, by name, with how large they are; nothing about anybody in them',
    access: { permission: 'figures.see' },
    query: pageQuery.extend({
      search: z.string().max(80).optional().meta({ description: 'a part of the name or of the short name' }),
    }),
    answer: page(organizationOverview).extend({ total: z.number().int() }),
    idempotency: 'natural',
  }),
  createOrganization: route({
    operation: 'createOrganization',
    service: 'users',
    method: 'POST',
    path: '/v1/platform/organizations',
    summary: 'An organization with its first site and its first administrator, who is then to be invited',
    access: { permission: 'organizations.manage' },
    body: z.strictObject({
      name: personName,
      slug: organizationSlug,
      vocabulary,
      site: siteFields.partial({ timeZone: true }),
      administrator: z.strictObject({
        displayName: personName,
        email: personEmail,
        language: personLanguage.default('en'),
      }),
    }),
    answer: z.strictObject({ organization: organizationOverview, administratorId: uuid }),
    status: 201,
    idempotency: 'key',
    problems: ['name-taken'],
  }),
  visitOrganization: route({
    operation: 'visitOrganization',
    service: 'users',
    method: 'POST',
    path: '/v1/platform/organizations/:orgId/visits',
    summary: 'Begin to act in an organization: its log says who came, and why',
    access: { permission: 'organizations.see' },
    params: z.strictObject({ orgId: uuid }),
    body: z.strictObject({ reason: line(200) }),
    answer: organizationOverview.pick({ orgId: true, name: true, slug: true, vocabulary: true }),
    idempotency: 'key',
    problems: ['not-found'],
  }),
};
