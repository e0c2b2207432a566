import { z } from 'zod';
import { direction } from './attendance.ts';
import { presenceState, seenPosition } from './geo.ts';
import { alertKind } from './notifications.ts';
import { cursor, instant, uuid } from './primitives.ts';

/**
 * The socket `WS /v1/live`. The access token travels as the second offered subprotocol, `bearer.<token>`, because
 * browsers cannot set headers on sockets; the first is `muster.v1`, which the server selects.
 */
export const liveSubprotocol = 'muster.v1';
export const liveTopics = ['attendance', 'location', 'alerts', 'inbox'] as const;
export const liveTopic = z.enum(liveTopics);
export type LiveTopic = z.infer<typeof liveTopic>;

/** What a client may say. */
export const liveRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    topics: z.array(liveTopic).min(1).max(10),
    /** Where the client left off; what happened since then is sent first. */
    cursor: cursor.optional(),
  }),
  z.strictObject({ type: z.literal('pong') }),
]);
export type LiveRequest = z.infer<typeof liveRequest>;

const happening = <const Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.object({ kind: z.literal(kind), ...shape });
export const liveHappening = z.discriminatedUnion('kind', [
  happening('punched', {
    memberId: uuid,
    direction,
    at: instant,
    lateByMinutes: z.number().int(),
    noExit: z.boolean(),
  }),
  happening('punch-held', { memberId: uuid, punchId: uuid, sentence: z.string() }),
  happening('moved', { memberId: uuid, position: seenPosition }),
  happening('presence', { memberId: uuid, state: presenceState, since: instant }),
  happening('excursion-opened', { memberId: uuid, excursionId: uuid, startedAt: instant }),
  happening('excursion-closed', { memberId: uuid, excursionId: uuid, endedAt: instant, durationMs: z.number() }),
  happening('alert-raised', { memberId: uuid, alertId: uuid, alertKind, sentence: z.string(), at: instant }),
  happening('alert-changed', {
    memberId: uuid,
    alertId: uuid,
    change: z.enum(['acknowledged', 'resolved']),
    at: instant,
  }),
  happening('inbox', { unread: z.number().int() }),
]);
export type LiveHappening = z.infer<typeof liveHappening>;

/** What the server says. */
export const liveFrame = z.discriminatedUnion('type', [
  /** Not `resumed`: there was no cursor, or too much has happened since; load the lists. */
  z.object({ type: z.literal('subscribed'), cursor, resumed: z.boolean() }),
  z.object({ type: z.literal('event'), cursor, topic: liveTopic, happening: liveHappening }),
  z.object({ type: z.literal('ping'), serverAt: instant }),
  /** What the caller may see has changed; lists should be loaded again. */
  z.object({ type: z.literal('access-changed') }),
  /** Comes before close code 1012: come back after so long, each socket at another time. */
  z.object({ type: z.literal('restarting'), retryAfterMs: z.number().int() }),
]);
export type LiveFrame = z.infer<typeof liveFrame>;

/** Close codes of the socket; 4xxx are Muster's own. */
export const liveCloseCodes = {
  goingAway: 1001,
  restarting: 1012,
  malformed: 4400,
  notSignedIn: 4401,
  notPermitted: 4403,
  silent: 4408,
  tooSlow: 4409,
  tooMany: 4429,
} as const;
