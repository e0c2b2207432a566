import { z } from 'zod';
import { locationLevel, role } from './access.ts';
import { coordinates, instant, line, localDate, page, pageQuery, timeZone, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Organizations, sites, gates, groups and people. */

export const position2d = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const ring = z.array(position2d).min(4).max(10_000);
export const geofenceShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('circle'), center: coordinates, radiusMeters: z.number().min(5).max(100_000) }),
  /** Rings as in GeoJSON: closed, longitude first; the first is the outline, the others are holes. */
  z.strictObject({ kind: z.literal('polygon'), rings: z.array(ring).min(1).max(100) }),
  z.strictObject({
    kind: z.literal('corridor'),
    line: z.array(position2d).min(2).max(10_000),
    widthMeters: z.number().min(2).max(10_000),
  }),
]);
export type GeofenceShape = z.infer<typeof geofenceShape>;

export const geofence = z.strictObject({ geofenceId: uuid, name: z.string(), shape: geofenceShape });

/** GeoJSON of buildings, paths and names; `kind` and `name` are the only properties that are read. */
export const sitePlanKinds = [
  'building',
  'path',
  'lawn',
  'water',
  'parking',
  'sports',
  'gate',
  'wall',
  'tree',
  'label',
] as const;
export const sitePlan = z.strictObject({
  type: z.literal('FeatureCollection'),
  features: z
    .array(
      z.strictObject({
        type: z.literal('Feature'),
        properties: z.strictObject({ kind: z.enum(sitePlanKinds), name: z.string().max(80).optional() }),
        geometry: z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('Point'), coordinates: position2d }),
          z.strictObject({ type: z.literal('LineString'), coordinates: z.array(position2d).min(2).max(5000) }),
          z.strictObject({ type: z.literal('Polygon'), coordinates: z.array(ring).min(1).max(50) }),
        ]),
      }),
    )
    .max(5000),
});
export type SitePlan = z.infer<typeof sitePlan>;

export const site = z.strictObject({
  siteId: uuid,
  name: z.string(),
  address: z.string(),
  timeZone,
  center: coordinates,
  geofences: z.array(geofence),
  hasPlan: z.boolean(),
});
export type Site = z.infer<typeof site>;
export const gate = z.strictObject({ gateId: uuid, siteId: uuid, name: z.string(), position: coordinates });
export type Gate = z.infer<typeof gate>;
export const group = z.strictObject({
  groupId: uuid,
  siteId: uuid,
  name: z.string(),
  memberCount: z.number().int(),
  supervisors: z.array(z.string()),
});
export type Group = z.infer<typeof group>;
export const person = z.strictObject({
  userId: uuid,
  displayName: z.string(),
  role,
  number: z.string().nullable(),
  email: z.string().nullable(),
  groupName: z.string().nullable(),
  status: z.enum(['active', 'suspended', 'left']),
  joinedOn: localDate.nullable(),
});
export type Person = z.infer<typeof person>;
/** A member as those who may see them know them. */
export const memberCard = z.strictObject({
  memberId: uuid,
  displayName: z.string(),
  number: z.string().nullable(),
  groupId: uuid.nullable(),
  groupName: z.string().nullable(),
  siteId: uuid,
  timeZone,
});
export type MemberCard = z.infer<typeof memberCard>;
export const organizationSettings = z.strictObject({
  name: z.string(),
  supervisorLocation: locationLevel,
  officeLocation: locationLevel,
  tileUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .nullable(),
});

const siteParams = z.strictObject({ siteId: uuid });
const configure = { permission: 'rules.configure' } as const;

export const organizationRoutes = {
  readOrganization: route({
    operation: 'readOrganization',
    service: 'users',
    method: 'GET',
    path: '/v1/organization',
    summary: 'The settings of the own organization',
    access: 'signed-in',
    aboutOrganization: true,
    answer: organizationSettings,
    idempotency: 'natural',
  }),
  configureOrganization: route({
    operation: 'configureOrganization',
    service: 'users',
    method: 'PUT',
    path: '/v1/organization',
    summary: 'Change who sees how much of locations, and the map',
    access: configure,
    stepUp: true,
    body: organizationSettings.omit({ name: true }),
    answer: organizationSettings,
    idempotency: 'key',
  }),
  listSites: route({
    operation: 'listSites',
    service: 'users',
    method: 'GET',
    path: '/v1/sites',
    summary: 'All sites with their geofences',
    access: 'signed-in',
    aboutOrganization: true,
    answer: z.strictObject({ items: z.array(site) }),
    idempotency: 'natural',
  }),
  readSitePlan: route({
    operation: 'readSitePlan',
    service: 'users',
    method: 'GET',
    path: '/v1/sites/:siteId/plan',
    summary: 'The site plan as GeoJSON; an empty collection when there is none',
    access: 'signed-in',
    aboutOrganization: true,
    params: siteParams,
    answer: sitePlan,
    idempotency: 'natural',
  }),
  replaceSitePlan: route({
    operation: 'replaceSitePlan',
    service: 'users',
    method: 'PUT',
    path: '/v1/sites/:siteId/plan',
    summary: 'Upload or draw the site plan',
    access: configure,
    params: siteParams,
    body: sitePlan,
    answer: null,
    status: 204,
    idempotency: 'key',
    problems: ['not-found', 'site-plan-invalid'],
  }),
  replaceGeofences: route({
    operation: 'replaceGeofences',
    service: 'users',
    method: 'PUT',
    path: '/v1/sites/:siteId/geofences',
    summary: 'Draw the geofences of a site; positions are judged by them from now on',
    access: configure,
    params: siteParams,
    body: z.strictObject({
      geofences: z
        .array(z.strictObject({ name: line(80), shape: geofenceShape }))
        .min(1)
        .max(20),
    }),
    answer: site,
    idempotency: 'key',
    problems: ['not-found', 'geofence-invalid'],
  }),
  listGates: route({
    operation: 'listGates',
    service: 'users',
    method: 'GET',
    path: '/v1/gates',
    summary: 'All gates',
    access: 'signed-in',
    aboutOrganization: true,
    answer: z.strictObject({ items: z.array(gate) }),
    idempotency: 'natural',
  }),
  addGate: route({
    operation: 'addGate',
    service: 'users',
    method: 'POST',
    path: '/v1/gates',
    summary: 'Add a gate to a site',
    access: configure,
    body: z.strictObject({ siteId: uuid, name: line(80), position: coordinates }),
    answer: gate,
    status: 201,
    idempotency: 'key',
    problems: ['not-found'],
  }),
  listGroups: route({
    operation: 'listGroups',
    service: 'users',
    method: 'GET',
    path: '/v1/groups',
    summary: 'The groups the caller may see: all, or the assigned ones',
    access: { permission: 'members.see' },
    answer: z.strictObject({ items: z.array(group) }),
    idempotency: 'natural',
  }),
  listPeople: route({
    operation: 'listPeople',
    service: 'users',
    method: 'GET',
    path: '/v1/people',
    summary: 'People of the organization, by name, number, or the day they joined',
    access: { permission: 'gates.operate' },
    query: pageQuery.extend({
      search: z.string().max(80).optional(),
      role: role.optional(),
      groupId: uuid.optional(),
      status: person.shape.status.optional(),
      sort: z.enum(['name', 'number', 'joined']).default('name'),
      order: z.enum(['ascending', 'descending']).default('ascending'),
    }),
    answer: page(person),
    idempotency: 'natural',
    mayLag: true,
  }),
  listMembers: route({
    operation: 'listMembers',
    service: 'users',
    method: 'GET',
    path: '/v1/members',
    summary: 'The members the caller is tied to: all, assigned groups, linked children, or oneself',
    access: { permission: 'members.see' },
    query: pageQuery.extend({ groupId: uuid.optional(), search: z.string().max(80).optional() }),
    answer: page(memberCard),
    idempotency: 'natural',
  }),
  readGuardianAgreement: route({
    operation: 'readGuardianAgreement',
    service: 'users',
    method: 'GET',
    path: '/v1/members/:memberId/guardians',
    summary: 'Who is linked to a member, and whether the live view was agreed to',
    access: { permission: 'members.see' },
    params: z.strictObject({ memberId: uuid }),
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          guardianId: uuid,
          displayName: z.string(),
          maySee: z.boolean(),
          isTold: z.boolean(),
          mayCollect: z.boolean(),
          liveAgreedAt: instant.nullable(),
        }),
      ),
    }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
