import { z } from 'zod';
import { instant, uuid } from './primitives.ts';
import { route } from './route.ts';

/**
 * How the work in the background goes, and what an administrator can do where it failed. Depths and lags are numbers of
 * the whole deployment; what failed is told to the organization it belongs to, without what it was about.
 */

const count = z.number().int().min(0);

const jobQueue = z.strictObject({
  name: z.string().meta({ description: 'the service whose jobs they are; `platform` for chores of Muster itself' }),
  waiting: count,
  later: count.meta({ description: 'not due yet: the next round of a schedule, or another try after a pause' }),
  active: count,
  failed: count,
});

const eventConsumer = z.strictObject({
  name: z.string(),
  waiting: count.meta({ description: 'events that it has not handled yet' }),
  oldestAgeMs: z.number().min(0).meta({ description: 'age of the oldest of them, 0 when none waits' }),
  deadLetters: count,
});

export const failedJob = z.strictObject({
  jobId: uuid,
  name: z.string(),
  reason: z.string().meta({ description: 'the last error, in words' }),
  askedAt: instant,
  failedAt: instant,
  retries: count.meta({ description: 'how often somebody asked for it again before' }),
});
export type FailedJob = z.infer<typeof failedJob>;

export const deadLetter = z.strictObject({
  consumer: z.string(),
  eventId: uuid,
  type: z.string(),
  reason: z.string().meta({ description: 'the last error, in words' }),
  tries: count,
  occurredAt: instant,
  failedAt: instant,
  isReplaying: z.boolean().meta({ description: 'another try was asked for and has not ended' }),
});
export type DeadLetter = z.infer<typeof deadLetter>;

/** The newest of a list that should be empty; `total` counts the others, too. */
const newest = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item), total: count });
const limit = z.coerce.number().int().min(1).max(200).default(50);
const access = { permission: 'operations.manage' } as const;

export const operationsRoutes = {
  readOperations: route({
    operation: 'readOperations',
    service: 'gateway',
    method: 'GET',
    path: '/v1/operations',
    summary: 'How many jobs and events wait; numbers of the whole deployment',
    access,
    answer: z.strictObject({
      queues: z.array(jobQueue).nullable().meta({ description: 'null when the queues cannot be reached now' }),
      consumers: z.array(eventConsumer),
    }),
    idempotency: 'natural',
  }),
  listFailedJobs: route({
    operation: 'listFailedJobs',
    service: 'gateway',
    method: 'GET',
    path: '/v1/operations/failed-jobs',
    summary: 'Jobs of the organization that were given up, newest first',
    access,
    query: z.strictObject({ limit }),
    answer: newest(failedJob),
    idempotency: 'natural',
  }),
  retryFailedJob: route({
    operation: 'retryFailedJob',
    service: 'gateway',
    method: 'POST',
    path: '/v1/operations/failed-jobs/:jobId/retry',
    summary: 'Runs a job again that was given up; one that has not failed is left as it is',
    access,
    params: z.strictObject({ jobId: uuid }),
    answer: z.strictObject({ retried: z.boolean() }),
    idempotency: 'natural',
  }),
  listDeadLetters: route({
    operation: 'listDeadLetters',
    service: 'gateway',
    method: 'GET',
    path: '/v1/operations/dead-letters',
    summary: 'Events of the organization that a consumer gave up, newest first',
    access,
    query: z.strictObject({ consumer: z.string().min(1).max(80).optional(), limit }),
    answer: newest(deadLetter),
    idempotency: 'natural',
  }),
  replayDeadLetters: route({
    operation: 'replayDeadLetters',
    service: 'gateway',
    method: 'POST',
    path: '/v1/operations/dead-letters/replay',
    summary: 'Lets a consumer try events again that it gave up; those that fail again stay',
    access,
    body: z.strictObject({ consumer: z.string().min(1).max(80), eventIds: z.array(uuid).min(1).max(200) }),
    answer: z.strictObject({ replayed: count }),
    idempotency: 'natural',
  }),
};
