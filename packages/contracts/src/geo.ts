import { z } from 'zod';
import { locationLevel, purpose } from './access.ts';
import { memberCard } from './organization.ts';
import { coordinates, instant, line, localDate, note, page, pageQuery, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Positions, presence, excursions, timelines, phone clients, and who looked. */

export const presenceStates = ['inside', 'outside', 'unknown'] as const;
export const presenceState = z.enum(presenceStates);
export type PresenceState = z.infer<typeof presenceState>;

/** A fix as Muster's own app reports it. SI units; null or absent means not known. */
export const reportedPosition = z.strictObject({
  ...coordinates.shape,
  fixedAt: instant,
  accuracyMeters: z.number().min(0).max(100_000).nullish(),
  altitudeMeters: z.number().min(-500).max(20_000).nullish(),
  speedMetersPerSecond: z.number().min(0).max(500).nullish(),
  headingDegrees: z.number().min(0).max(360).nullish(),
  batteryFraction: z.number().min(0).max(1).nullish(),
  mock: z.boolean().nullish(),
});
export type ReportedPosition = z.infer<typeof reportedPosition>;

/** A position as somebody may see it. */
export const seenPosition = z.strictObject({
  ...coordinates.shape,
  fixedAt: instant,
  accuracyMeters: z.number().nullable(),
  speedMetersPerSecond: z.number().nullable(),
  headingDegrees: z.number().nullable(),
});
export type SeenPosition = z.infer<typeof seenPosition>;

export const presence = z.strictObject({
  memberId: uuid,
  state: presenceState,
  since: instant.nullable(),
  /** When the phone was last heard of; with `unknown` the page says "phone silent since". */
  lastHeardAt: instant.nullable(),
  /** Null where the caller's level is presence only. */
  position: seenPosition.nullable(),
});
export type Presence = z.infer<typeof presence>;

export const excursion = z.strictObject({
  excursionId: uuid,
  memberId: uuid,
  date: localDate,
  startedAt: instant,
  endedAt: instant.nullable(),
  durationMs: z.number().int().min(0).nullable(),
  farthestMeters: z.number().min(0),
});
export type Excursion = z.infer<typeof excursion>;

export const timeline = z.strictObject({
  member: memberCard,
  date: localDate,
  sessions: z.array(z.strictObject({ sessionId: uuid, enteredAt: instant, exitedAt: instant.nullable() })),
  excursions: z.array(excursion),
  silences: z.array(z.strictObject({ from: instant, to: instant.nullable() })),
  outsideMs: z.number().int().min(0),
  silentMs: z.number().int().min(0),
});
export type Timeline = z.infer<typeof timeline>;

export const phoneClients = ['owntracks', 'traccar', 'overland', 'gpslogger'] as const;
export const phoneClient = z.enum(phoneClients);
export type PhoneClient = z.infer<typeof phoneClient>;

const memberParams = z.strictObject({ memberId: uuid });
const location = { permission: 'location.see' } as const;

export const geoRoutes = {
  reportPositions: route({
    operation: 'reportPositions',
    service: 'geo',
    method: 'POST',
    path: '/v1/positions',
    summary: "Report the own device's positions; answered after they are stored durably",
    access: { permission: 'location.report' },
    body: z.strictObject({ positions: z.array(reportedPosition).min(1).max(1000) }),
    answer: z.strictObject({
      stored: z.number().int().meta({ description: 'stored now, or already there' }),
      dropped: z.number().int().meta({ description: 'not stored, because tracking was off at their time' }),
      quarantined: z.number().int().meta({ description: 'put aside as unusable' }),
      tracking: z.boolean().meta({ description: 'false: stop reporting' }),
    }),
    status: 200,
    idempotency: 'natural',
    problems: ['overloaded', 'body-too-large'],
  }),
  listPresence: route({
    operation: 'listPresence',
    service: 'geo',
    method: 'GET',
    path: '/v1/presence',
    summary: 'Where the members in a tracking session are, as far as the caller may see; recorded as a look',
    access: location,
    query: z.strictObject({ groupId: uuid.optional() }),
    answer: z.strictObject({ level: locationLevel, items: z.array(presence) }),
    idempotency: 'natural',
  }),
  listNearby: route({
    operation: 'listNearby',
    service: 'geo',
    method: 'GET',
    path: '/v1/presence/nearby',
    summary: 'Who is within a radius of a place, of those whose coordinates the caller may see; recorded as a look',
    access: location,
    query: z.strictObject({
      latitude: z.coerce.number().pipe(coordinates.shape.latitude),
      longitude: z.coerce.number().pipe(coordinates.shape.longitude),
      radiusMeters: z.coerce.number().min(1).max(10_000),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    answer: z.strictObject({
      level: locationLevel,
      items: z.array(z.strictObject({ ...presence.shape, distanceMeters: z.number().min(0) })).meta({
        description: 'the nearest first',
      }),
      more: z.number().int().min(0).meta({ description: 'how many more there are, farther away' }),
    }),
    idempotency: 'natural',
  }),
  readPresence: route({
    operation: 'readPresence',
    service: 'geo',
    method: 'GET',
    path: '/v1/members/:memberId/presence',
    summary: 'Where one member is; guardians where the live view was agreed to; recorded as a look',
    access: location,
    params: memberParams,
    answer: z.strictObject({ level: locationLevel, presence: presence.nullable() }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  readTimeline: route({
    operation: 'readTimeline',
    service: 'geo',
    method: 'GET',
    path: '/v1/members/:memberId/timeline',
    summary: 'Enter, exit, excursions and silences of a day; no coordinates',
    access: { permission: 'members.see' },
    params: memberParams,
    query: z.strictObject({ date: localDate }),
    answer: timeline,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  readTrack: route({
    operation: 'readTrack',
    service: 'geo',
    method: 'GET',
    path: '/v1/members/:memberId/track',
    summary: 'The positions of a day inside tracking sessions, for a stated purpose; recorded as a look',
    access: location,
    params: memberParams,
    query: z.strictObject({ date: localDate, purpose: note.optional() }),
    answer: z.strictObject({ positions: z.array(seenPosition) }),
    idempotency: 'natural',
    problems: ['not-found', 'not-permitted', 'purpose-required'],
  }),
  listLooks: route({
    operation: 'listLooks',
    service: 'geo',
    method: 'GET',
    path: '/v1/members/:memberId/looks',
    summary: "Who looked at a member's location, when and why",
    access: { permission: 'looks.see' },
    params: memberParams,
    query: pageQuery,
    answer: page(
      z.strictObject({
        lookId: uuid,
        lookedAt: instant,
        viewerName: z.string(),
        viewerRole: z.string(),
        kind: z.enum(['presence', 'live', 'history']),
        purpose,
        reason: z.string().nullable(),
      }),
    ),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  addPhoneClient: route({
    operation: 'addPhoneClient',
    service: 'geo',
    method: 'POST',
    path: '/v1/phone-clients',
    summary: 'Set up a phone app for the own account; the secret is shown once',
    access: { permission: 'location.report' },
    body: z.strictObject({ client: phoneClient, name: line(80) }),
    answer: z.strictObject({
      phoneClientId: uuid,
      client: phoneClient,
      name: z.string(),
      url: z.string().meta({ description: 'holds the secret' }),
      setupLink: z.string().nullable().meta({ description: 'opens the app and configures it' }),
      steps: z.array(z.string()),
    }),
    status: 201,
    idempotency: 'key',
    secretAnswer: true,
  }),
  listPhoneClients: route({
    operation: 'listPhoneClients',
    service: 'geo',
    method: 'GET',
    path: '/v1/phone-clients',
    summary: 'The phone apps of the own account',
    access: { permission: 'location.report' },
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          phoneClientId: uuid,
          client: phoneClient,
          name: z.string(),
          addedAt: instant,
          lastHeardAt: instant.nullable(),
        }),
      ),
    }),
    idempotency: 'natural',
  }),
  removePhoneClient: route({
    operation: 'removePhoneClient',
    service: 'geo',
    method: 'DELETE',
    path: '/v1/phone-clients/:phoneClientId',
    summary: 'Remove a phone app; its secret stops working',
    access: { permission: 'location.report' },
    params: z.strictObject({ phoneClientId: uuid }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
