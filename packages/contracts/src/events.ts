import { z } from 'zod';
import { purpose, role } from './access.ts';
import { attendanceCode, direction } from './attendance.ts';
import { signalKind } from './fraud.ts';
import { presenceState, seenPosition } from './geo.ts';
import { alertKind } from './notifications.ts';
import { instant, localDate, uuid } from './primitives.ts';
import { serviceNames } from './route.ts';

/**
 * Facts, in the past tense, that services tell each other through the outbox. A payload only ever gains optional
 * fields; a change of meaning is a new version.
 */
const fact = <const Version extends number, Payload extends z.ZodObject>(version: Version, payload: Payload) => ({
  version,
  payload,
});
const ofMember = z.object({ memberId: uuid });

const punched = ofMember.extend({
  punchId: uuid,
  sessionId: uuid,
  siteId: uuid,
  date: localDate,
  at: instant,
  code: attendanceCode,
});
/** One piece of fraud evidence as a rule of attendance found it; fraud weighs it. */
const finding = z.object({
  kind: signalKind,
  causeKey: z.string(),
  sentence: z.string(),
  innocentExplanations: z.array(z.string()),
});

export const events = {
  /** Work to be done later; its job has the id of this event, so asking twice is asking once. */
  'platform.job-requested': fact(1, z.object({ name: z.string(), payload: z.record(z.string(), z.unknown()) })),
  /** A job that was given up is to run again, under the id it had. */
  'platform.job-retried': fact(1, z.object({ jobId: uuid })),
  'users.geofences-changed': fact(1, z.object({ siteId: uuid })),
  'users.access-changed': fact(1, z.object({ userId: uuid.nullable() })),
  /** Also: declined when it was asked for. What rests on it ends. */
  'users.consent-withdrawn': fact(1, ofMember.extend({ purpose, at: instant })),
  /** Everything about somebody is to be collected: every service puts its part aside, and says so. */
  'users.export-requested': fact(1, z.object({ userId: uuid, requestId: uuid })),
  /** Everything about somebody is to be erased: every service does its part, and says so. */
  'users.erasure-requested': fact(1, z.object({ userId: uuid, requestId: uuid })),
  /** It is: what passed through the platform on the way is to be forgotten, too. */
  'users.person-erased': fact(1, z.object({ userId: uuid, requestId: uuid })),
  'platform.personal-data-exported': fact(
    1,
    z.object({
      userId: uuid,
      requestId: uuid,
      service: z.enum(serviceNames),
      files: z.array(
        z.object({ table: z.string(), columns: z.array(z.string()), objectKey: z.string(), rows: z.number().int() }),
      ),
    }),
  ),
  'platform.personal-data-erased': fact(1, z.object({ userId: uuid, requestId: uuid, service: z.enum(serviceNames) })),
  'auth.session-ended': fact(1, z.object({ userId: uuid, sessionId: uuid, cause: z.string() })),
  'auth.device-seen': fact(1, z.object({ userId: uuid, deviceId: uuid, bound: z.boolean() })),
  /** A member has signed in on a device that is not theirs yet: what is scanned there waits until it is approved. */
  'auth.device-waiting': fact(1, z.object({ userId: uuid, deviceId: uuid, deviceName: z.string(), at: instant })),
  /** It is the member's from now on. */
  'auth.device-approved': fact(
    1,
    z.object({
      userId: uuid,
      deviceId: uuid,
      deviceName: z.string(),
      at: instant,
      /** Whose word it rests on; by a teacher code, of whoever issued it. */
      approvedBy: z.object({ userId: uuid, role }),
    }),
  ),
  'auth.device-revoked': fact(
    1,
    z.object({
      userId: uuid,
      deviceId: uuid,
      deviceName: z.string(),
      at: instant,
      /** What else reported from there is to be let in no more either. */
      isLost: z.boolean(),
      cause: z.enum(['by-owner', 'by-staff', 'refused', 'replaced']),
    }),
  ),
  /** Something about a sign-in that its user should hear of, and that fraud may weigh: evidence, never a verdict. */
  'auth.sign-in-anomaly': fact(
    1,
    z.object({
      userId: uuid,
      sessionId: uuid,
      deviceId: uuid,
      kind: z.enum(['new-country', 'impossible-travel', 'many-accounts']),
      at: instant,
      sentence: z.string(),
      innocentExplanations: z.array(z.string()),
    }),
  ),
  /** How somebody proves that it is them has changed: they are told, in case it was not them. */
  'auth.security-changed': fact(
    1,
    z.object({
      userId: uuid,
      change: z.enum(['password', 'factor-added', 'factor-removed', 'recovery-codes', 'recovery-code-used']),
      at: instant,
      /** By somebody else: an administrator. */
      byOther: z.boolean(),
    }),
  ),
  'attendance.entered': fact(1, punched.extend({ lateByMinutes: z.number().int() })),
  'attendance.exited': fact(1, punched.extend({ leftEarlyByMinutes: z.number().int(), noExit: z.boolean() })),
  'attendance.punch-held': fact(1, ofMember.extend({ punchId: uuid, direction, at: instant, sentence: z.string() })),
  'attendance.punch-decided': fact(
    1,
    ofMember.extend({ punchId: uuid, direction, accepted: z.boolean(), at: instant }),
  ),
  'attendance.punch-refused': fact(
    1,
    ofMember.extend({ direction: direction.nullable(), at: instant, code: z.string(), sentence: z.string() }),
  ),
  'attendance.evidence-found': fact(1, ofMember.extend({ at: instant, findings: z.array(finding) })),
  'geo.positions-recorded': fact(
    1,
    ofMember.extend({
      /** Null: outside a session, for guardians who agreed on the live view. */
      sessionId: uuid.nullable(),
      deviceId: uuid,
      receivedAt: instant,
      fixes: z.array(
        seenPosition.extend({
          mock: z.boolean().nullable(),
          /** A sign of life that repeats the last fix under the present time: no new place. */
          isPing: z.boolean().optional(),
        }),
      ),
    }),
  ),
  'geo.presence-changed': fact(1, ofMember.extend({ sessionId: uuid, state: presenceState, since: instant })),
  'geo.excursion-opened': fact(
    1,
    ofMember.extend({
      excursionId: uuid,
      sessionId: uuid,
      date: localDate,
      startedAt: instant,
      decidedAt: instant,
      distanceMeters: z.number(),
      /** False where it became known so late that nobody is alerted any more. */
      alertable: z.boolean(),
    }),
  ),
  'geo.excursion-closed': fact(
    1,
    ofMember.extend({
      excursionId: uuid,
      sessionId: uuid,
      date: localDate,
      startedAt: instant,
      endedAt: instant,
      /** By EXIT while away, nobody has returned. Absent: by return. */
      endedBy: z.enum(['return', 'exit']).optional(),
      durationMs: z.number().int(),
      farthestMeters: z.number(),
    }),
  ),
  'geo.excursion-withdrawn': fact(1, ofMember.extend({ excursionId: uuid, sessionId: uuid })),
  'geo.location-looked-at': fact(1, ofMember.extend({ viewerId: uuid, kind: z.string(), at: instant })),
  /** Somebody was sent members' locations over the socket; geo records these looks. */
  'gateway.location-watched': fact(
    1,
    z.object({ viewerId: uuid, viewerRole: role, memberIds: z.array(uuid), at: instant }),
  ),
  'notifications.alert-raised': fact(
    1,
    ofMember.extend({ alertId: uuid, kind: alertKind, sentence: z.string(), at: instant }),
  ),
  'notifications.alert-acknowledged': fact(1, ofMember.extend({ alertId: uuid, at: instant })),
  'notifications.alert-resolved': fact(1, ofMember.extend({ alertId: uuid, at: instant })),
  'notifications.inbox-changed': fact(1, z.object({ userId: uuid, unread: z.number().int(), itemId: uuid.nullable() })),
  'fraud.signal-raised': fact(
    1,
    ofMember.extend({
      signalId: uuid,
      kind: signalKind,
      points: z.number(),
      sentence: z.string(),
      at: instant,
      /** The member's points of this kind have reached where staff are alerted. */
      alerting: z.boolean(),
    }),
  ),
} as const;

export type EventType = keyof typeof events;
export const eventTypes = Object.keys(events) as EventType[];
export type EventPayload<Type extends EventType> = z.infer<(typeof events)[Type]['payload']>;
