import { operationsRoutes as routes, platformRoutes } from '@muster/contracts';
import { type BoundRoute, signedIn, verb } from '../../../platform/http/bound-route.ts';
import type { Ports } from '../../../platform/service.ts';
import { listDeadLetters, replayDeadLetters } from './dead-letters.ts';
import { listFailedJobs, retryFailedJob } from './failed-jobs.ts';
import { readOperations } from './read-operations.ts';
import { readSettings } from './read-settings.ts';

/** Where the platform acts as no other service it acts as the gateway: so this is where it can be asked. */
export const operationsTable = (ports: Pick<Ports, 'jobs' | 'events' | 'settings'>): readonly BoundRoute[] => [
  signedIn(platformRoutes.readSettings, readSettings(ports)),
  signedIn(routes.readOperations, readOperations(ports)),
  verb(routes.listFailedJobs, listFailedJobs(ports)),
  verb(routes.retryFailedJob, retryFailedJob(ports)),
  verb(routes.listDeadLetters, listDeadLetters(ports)),
  verb(routes.replayDeadLetters, replayDeadLetters(ports)),
];
