import { z } from 'zod';
import { type Role, role } from './access.ts';
import { group, person, site } from './organization.ts';
import { coordinates, instant, line, localDate, timeZone, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Adding and changing people, groups and sites; invitations. */

export const personStatuses = ['active', 'suspended', 'left'] as const;
export type PersonStatus = (typeof personStatuses)[number];

/** Of those who run Muster: their accounts are in an organization of their own, in which there are no others. */
export const platformRoles = ['platform_admin', 'platform_operator', 'platform_overseer'] as const satisfies Role[];
export const isPlatformRole = (role: Role): boolean => platformRoles.some((each) => each === role);

/** Whose accounts a role may make, change and invite: never one that is allowed more than oneself. */
const managedRoles: Partial<Record<Role, readonly Role[]>> = {
  platform_admin: platformRoles,
  org_admin: ['org_admin', 'org_office', 'supervisor', 'guardian', 'member'],
  org_office: ['guardian', 'member'],
  supervisor: ['member'],
};
/** In the organization that somebody belongs to. */
export const rolesManagedBy = (manager: Role): readonly Role[] => managedRoles[manager] ?? [];
/** In an organization that an account of the platform visits: there it acts as its administrators do. */
export const rolesManagedOnVisit = (visitor: Role): readonly Role[] =>
  visitor === 'platform_admin' ? rolesManagedBy('org_admin') : [];

/** Characters that turn the direction of what follows: with them, a name reads as another one. */
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/u;
const plainLine = (maxLength: number) =>
  line(maxLength).refine((text) => !bidiControls.test(text), 'text without direction controls');

export const personName = plainLine(120);
/** Roll or employee number; as it is printed, so letters and dashes too. */
export const personNumber = plainLine(40);
export const personEmail = z.email().max(200);
export const personLanguage = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language such as en or de-AT');

const personFields = z.strictObject({
  displayName: personName,
  role,
  number: personNumber.nullable(),
  email: personEmail.nullable(),
  language: personLanguage,
  joinedOn: localDate.nullable(),
  /** Where a member belongs; for everybody else null. */
  siteId: uuid.nullable(),
  groupId: uuid.nullable(),
});
export type PersonFields = z.infer<typeof personFields>;

export const guardianLink = z.strictObject({ maySee: z.boolean(), isTold: z.boolean(), mayCollect: z.boolean() });
const linkedPerson = guardianLink.extend({ userId: uuid, displayName: z.string() });

export const personDetail = personFields.extend({
  userId: uuid,
  // Whatever stands there may be older than these rules.
  displayName: z.string(),
  number: z.string().nullable(),
  email: z.string().nullable(),
  language: z.string(),
  status: person.shape.status,
  version: z.string(),
  /** Of a supervisor. */
  assignedGroups: z.array(z.strictObject({ groupId: uuid, name: z.string() })),
  /** Of a member: who is linked to them. */
  guardians: z.array(linkedPerson),
  /** Of a guardian: whom they are linked to. */
  wards: z.array(linkedPerson),
});
export type PersonDetail = z.infer<typeof personDetail>;

export const groupDetail = group.extend({ supervisorIds: z.array(uuid), version: z.string() });
export type GroupDetail = z.infer<typeof groupDetail>;

export const siteDetail = site.extend({ version: z.string() });

export const invitationStates = ['sending', 'open', 'used', 'revoked', 'expired', 'failed'] as const;
export const invitation = z.strictObject({
  invitationId: uuid,
  channel: z.enum(['link', 'email']),
  state: z.enum(invitationStates),
  invitedBy: z.string().nullable(),
  invitedAt: instant,
  expiresAt: instant,
  usedAt: instant.nullable(),
});
export type Invitation = z.infer<typeof invitation>;

const managing = { permission: 'members.manage' } as const;
const configuring = { permission: 'rules.configure' } as const;
const personParams = z.strictObject({ userId: uuid });
const groupParams = z.strictObject({ groupId: uuid });
const siteParams = z.strictObject({ siteId: uuid });
const linkParams = z.strictObject({ memberId: uuid, guardianId: uuid });
const personProblems = ['not-found', 'not-permitted', 'person-invalid', 'number-taken', 'email-taken'] as const;
export const siteFields = z.strictObject({
  name: plainLine(80),
  address: plainLine(200),
  timeZone,
  center: coordinates,
});
export type SiteFields = z.infer<typeof siteFields>;
const groupFields = z.strictObject({
  name: plainLine(80),
  siteId: uuid,
  supervisorIds: z.array(uuid).max(50).default([]),
});

export const peopleRoutes = {
  readPerson: route({
    operation: 'readPerson',
    service: 'users',
    method: 'GET',
    path: '/v1/people/:userId',
    summary: 'One person, with groups and links',
    access: managing,
    params: personParams,
    answer: personDetail,
    idempotency: 'natural',
    versioned: true,
    problems: ['not-found'],
  }),
  addPerson: route({
    operation: 'addPerson',
    service: 'users',
    method: 'POST',
    path: '/v1/people',
    summary: 'Add a person; supervisors add members to their own groups',
    access: managing,
    body: personFields.extend({
      number: personFields.shape.number.default(null),
      email: personFields.shape.email.default(null),
      language: personLanguage.default('en'),
      joinedOn: localDate.nullable().default(null),
      siteId: uuid.nullable().default(null),
      groupId: uuid.nullable().default(null),
    }),
    answer: personDetail,
    status: 201,
    idempotency: 'key',
    problems: personProblems,
  }),
  changePerson: route({
    operation: 'changePerson',
    service: 'users',
    method: 'PATCH',
    path: '/v1/people/:userId',
    summary: 'Change what is known of a person; another role or group counts at once, and ends sessions',
    access: managing,
    params: personParams,
    body: personFields.partial(),
    answer: personDetail,
    idempotency: 'key',
    versioned: true,
    problems: [...personProblems, 'last-administrator'],
  }),
  changeStatus: route({
    operation: 'changeStatus',
    service: 'users',
    method: 'PUT',
    path: '/v1/people/:userId/status',
    summary: 'Suspend, reactivate, or note that somebody has left; who is not active is signed out everywhere',
    access: managing,
    params: personParams,
    body: z.strictObject({ status: z.enum(personStatuses), reason: line(200).optional() }),
    answer: personDetail,
    idempotency: 'key',
    versioned: true,
    problems: ['not-found', 'not-permitted', 'person-invalid', 'last-administrator'],
  }),
  linkGuardian: route({
    operation: 'linkGuardian',
    service: 'users',
    method: 'PUT',
    path: '/v1/members/:memberId/guardians/:guardianId',
    summary: 'Link a guardian to a member, or change what the guardian may see, is told, and may collect',
    access: { permission: 'guardians.manage' },
    params: linkParams,
    body: guardianLink,
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found', 'not-permitted', 'person-invalid'],
  }),
  unlinkGuardian: route({
    operation: 'unlinkGuardian',
    service: 'users',
    method: 'DELETE',
    path: '/v1/members/:memberId/guardians/:guardianId',
    summary: 'End the link between a guardian and a member',
    access: { permission: 'guardians.manage' },
    params: linkParams,
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found', 'not-permitted'],
  }),
  exportPeopleCsv: route({
    operation: 'exportPeopleCsv',
    service: 'users',
    method: 'GET',
    path: '/v1/people/export.csv',
    summary: 'The people that the caller manages, as CSV that the import reads again',
    access: managing,
    answer: z.unknown().meta({ contentType: 'text/csv; charset=utf-8' }),
    idempotency: 'natural',
  }),
  exportPeopleXlsx: route({
    operation: 'exportPeopleXlsx',
    service: 'users',
    method: 'GET',
    path: '/v1/people/export.xlsx',
    summary: 'The people that the caller manages, as an Excel workbook that the import reads again',
    access: managing,
    answer: z.unknown().meta({ contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }),
    idempotency: 'natural',
  }),
  listGroupDetails: route({
    operation: 'listGroupDetails',
    service: 'users',
    method: 'GET',
    path: '/v1/groups/details',
    summary: 'All groups with their supervisors, to be changed',
    access: configuring,
    answer: z.strictObject({ items: z.array(groupDetail) }),
    idempotency: 'natural',
  }),
  addGroup: route({
    operation: 'addGroup',
    service: 'users',
    method: 'POST',
    path: '/v1/groups',
    summary: 'Add a group to a site',
    access: configuring,
    body: groupFields,
    answer: groupDetail,
    status: 201,
    idempotency: 'key',
    problems: ['not-found', 'name-taken', 'person-invalid'],
  }),
  changeGroup: route({
    operation: 'changeGroup',
    service: 'users',
    method: 'PUT',
    path: '/v1/groups/:groupId',
    summary: 'Rename a group and say who its supervisors are',
    access: configuring,
    params: groupParams,
    body: groupFields.pick({ name: true, supervisorIds: true }).required(),
    answer: groupDetail,
    idempotency: 'key',
    versioned: true,
    problems: ['not-found', 'name-taken', 'person-invalid'],
  }),
  removeGroup: route({
    operation: 'removeGroup',
    service: 'users',
    method: 'DELETE',
    path: '/v1/groups/:groupId',
    summary: 'Remove a group that has no members any more',
    access: configuring,
    params: groupParams,
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found', 'group-in-use'],
  }),
  suggestTimeZone: route({
    operation: 'suggestTimeZone',
    service: 'users',
    method: 'GET',
    path: '/v1/time-zone',
    summary: 'The time zone at a place, as a suggestion',
    access: configuring,
    query: z.strictObject({
      latitude: z.coerce.number().min(-90).max(90),
      longitude: z.coerce.number().min(-180).max(180),
    }),
    answer: z.strictObject({ timeZone }),
    idempotency: 'natural',
  }),
  readSite: route({
    operation: 'readSite',
    service: 'users',
    method: 'GET',
    path: '/v1/sites/:siteId',
    summary: 'One site, to be changed',
    access: configuring,
    params: siteParams,
    answer: siteDetail,
    idempotency: 'natural',
    versioned: true,
    problems: ['not-found'],
  }),
  addSite: route({
    operation: 'addSite',
    service: 'users',
    method: 'POST',
    path: '/v1/sites',
    summary: 'Add a site; without a time zone, it is the one at its place',
    access: configuring,
    body: siteFields.partial({ timeZone: true }),
    answer: siteDetail,
    status: 201,
    idempotency: 'key',
    problems: ['name-taken'],
  }),
  changeSite: route({
    operation: 'changeSite',
    service: 'users',
    method: 'PUT',
    path: '/v1/sites/:siteId',
    summary: 'Change name, address, place and time zone of a site',
    access: configuring,
    params: siteParams,
    body: siteFields,
    answer: siteDetail,
    idempotency: 'key',
    versioned: true,
    problems: ['not-found', 'name-taken'],
  }),
  inviteByLink: route({
    operation: 'inviteByLink',
    service: 'auth',
    method: 'POST',
    path: '/v1/people/:userId/invitations/link',
    summary: 'Make a link by which a person sets their password, once; it is shown this once',
    access: managing,
    params: personParams,
    answer: z.strictObject({ invitation, link: z.string() }),
    status: 201,
    idempotency: 'key',
    secretAnswer: true,
    problems: ['not-found', 'not-permitted', 'person-invalid'],
  }),
  inviteByEmail: route({
    operation: 'inviteByEmail',
    service: 'auth',
    method: 'POST',
    path: '/v1/people/:userId/invitations/email',
    summary: 'Send a person such a link by e-mail',
    access: managing,
    params: personParams,
    answer: invitation,
    status: 202,
    idempotency: 'key',
    problems: ['not-found', 'not-permitted', 'person-invalid', 'email-not-configured'],
  }),
  listInvitations: route({
    operation: 'listInvitations',
    service: 'auth',
    method: 'GET',
    path: '/v1/people/:userId/invitations',
    summary: 'The invitations of a person, newest first, and whether they can be sent by e-mail',
    access: managing,
    params: personParams,
    answer: z.strictObject({ items: z.array(invitation), canSendEmail: z.boolean() }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  revokeInvitation: route({
    operation: 'revokeInvitation',
    service: 'auth',
    method: 'DELETE',
    path: '/v1/people/:userId/invitations/:invitationId',
    summary: 'Make an invitation useless',
    access: managing,
    params: personParams.extend({ invitationId: uuid }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found', 'not-permitted'],
  }),
};
