import type { Tx } from '../../../platform/database/port.ts';
import type { RunningJob } from '../../../platform/jobs/port.ts';
import type { Ports } from '../../../platform/service.ts';
import { readRequest } from './request-store.ts';

export const beginErasureJob = 'users.begin-erasure';

/**
 * Asks the services to erase, once none of them has anything left to hear about the person: whoever hears of a position
 * late would write it down again. The account is closed, so nothing new comes.
 * @throws while something is waited for, so that it is tried again
 */
export const beginErasure =
  ({ database, events }: Pick<Ports, 'database' | 'events'>) =>
  async ({ orgId, payload: { requestId } }: RunningJob<{ requestId: string }>): Promise<void> => {
    const inUsers = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('users', orgId, work);
    const request = await inUsers((tx) => readRequest(tx, requestId));
    if (request?.state !== 'running' || request.progress > 0) return;
    const userId = request.subjectId;
    const waiting = await events.forget(orgId, userId);
    if (waiting > 0) throw new Error(`${waiting} events about somebody who is to be erased still wait for a consumer.`);
    await inUsers((tx) =>
      events.append(tx, orgId, [{ type: 'users.erasure-requested', key: userId, payload: { userId, requestId } }]),
    );
  };
