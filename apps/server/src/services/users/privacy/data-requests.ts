import type { DataRequest, dataRequestRoutes, Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { Call, SignedInHandler, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Ports } from '../../../platform/service.ts';
import { auditChange } from '../audit-change.ts';
import { requireOtherAdministrator, tellAccessChanged } from '../managed-people.ts';
import { beginErasureJob } from './begin-erasure.ts';
import * as store from './request-store.ts';

type Routes = typeof dataRequestRoutes;
type Dependencies = Pick<Ports, 'events'>;

/** As the caller sees it. */
export const shownRequest =
  ({ actor }: Pick<Call, 'actor'>) =>
  ({ requestedById, objectKey, ...request }: store.StoredRequest): DataRequest => ({
    ...request,
    mayDownload:
      request.state === 'done' &&
      objectKey !== null &&
      (requestedById === actor.userId || request.subjectId === actor.userId),
  });

export const exportOwnData =
  (ports: Dependencies): Verb<Routes['exportOwnData']> =>
  (tx, _input, call) =>
    requestExport(tx, ports, call, call.actor.userId);

export const exportDataOf =
  (ports: Dependencies): Verb<Routes['exportDataOf']> =>
  (tx, { params }, call) =>
    requestExport(tx, ports, call, params.userId);

/** Asking again while one is being made is asking once. */
const requestExport = async (tx: Tx, { events }: Dependencies, call: Call, userId: string): Promise<DataRequest> => {
  const { orgId } = call.actor;
  await requireSubject(tx, userId);
  const requestId = uuidv7();
  const about = { requestId, subjectId: userId, requestedBy: call.actor.userId, at: call.at };
  if (await store.insertRequest(tx, orgId, { ...about, kind: 'export', ground: null })) {
    await events.append(tx, orgId, [{ type: 'users.export-requested', key: userId, payload: { userId, requestId } }]);
    await auditChange(tx, call, 'data-export.requested', { kind: 'user', id: userId }, { requestId });
  }
  return shownRequest(call)(await running(tx, 'export', userId));
};

export const listOwnDataRequests: Verb<Routes['listOwnDataRequests']> = async (tx, _input, call) => ({
  items: (await store.readRequestsAbout(tx, call.actor.userId)).map(shownRequest(call)),
});

export const listDataRequests: Verb<Routes['listDataRequests']> = async (tx, _input, call) => ({
  items: (await store.readRequests(tx)).map(shownRequest(call)),
});

/** For whoever asked for it, and for whom it is about. That it was fetched is kept: from then on it is elsewhere, too. */
export const downloadDataExport =
  ({ database, objects }: Pick<Ports, 'database' | 'objects'>): SignedInHandler<Routes['downloadDataExport']> =>
  async ({ params: { requestId } }, call) => {
    const { orgId, userId } = call.actor;
    const inUsers = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('users', orgId, work);
    const request = await inUsers((tx) => store.readRequest(tx, requestId));
    const isTheirs = request?.requestedById === userId || request?.subjectId === userId;
    const isKept = request?.state === 'done' && request.expiresAt !== null && new Date(request.expiresAt) > call.at;
    const stored = isTheirs && isKept && request.objectKey !== null ? await objects.get(request.objectKey) : null;
    if (stored === null || request === null) throw problem('not-found', { detail: 'There is no such file any more.' });
    await inUsers((tx) =>
      auditChange(tx, call, 'data-export.downloaded', { kind: 'user', id: request.subjectId }, { requestId }),
    );
    const day = request.requestedAt.slice(0, 10);
    call.reply.header('content-disposition', `attachment; filename="personal-data-${day}.zip"`);
    call.reply.header('content-length', String(stored.object.bytes));
    return stored.content;
  };

/**
 * The account is closed at once, so that nothing new is written; then every service erases its part, this one last (see
 * consumers.ts). What stands against it is said, and nothing is changed.
 */
export const erasePerson =
  ({ events, jobs }: Dependencies & Pick<Ports, 'jobs'>): Verb<Routes['erasePerson']> =>
  async (tx, { params: { userId }, body: { ground, displayName } }, call) => {
    const { orgId } = call.actor;
    const subject = await requireSubject(tx, userId);
    if (displayName.trim() !== subject.displayName) {
      throw problem('person-invalid', { detail: 'Type the name exactly as it is shown, to confirm whom you mean.' });
    }
    await requireNothingAgainst(tx, call, subject);
    await sql`UPDATE users.account SET status = 'left' WHERE id = ${userId}`.execute(tx);
    await tellAccessChanged(tx, events, orgId, [userId]);
    const requestId = uuidv7();
    const about = { requestId, subjectId: userId, requestedBy: call.actor.userId, at: call.at };
    if (await store.insertRequest(tx, orgId, { ...about, kind: 'erasure', ground })) {
      await jobs.enqueue(tx, orgId, { name: beginErasureJob, payload: { requestId } });
      await auditChange(tx, call, 'person.erasure-requested', { kind: 'user', id: userId }, { requestId, ground });
    }
    return shownRequest(call)(await running(tx, 'erasure', userId));
  };

interface Subject {
  readonly userId: string;
  readonly displayName: string;
  readonly role: Role;
}

/** @throws Problem `not-found`, also for whoever has been erased */
const requireSubject = async (tx: Tx, userId: string): Promise<Subject> => {
  const { rows } = await sql<Subject>`
    SELECT id AS "userId", display_name AS "displayName", role FROM users.account
    WHERE id = ${userId} AND erased_at IS NULL FOR UPDATE`.execute(tx);
  if (rows[0] === undefined) throw problem('not-found', { detail: 'Nobody of this id is known to you.' });
  return rows[0];
};

const requireNothingAgainst = async (tx: Tx, call: Call, subject: Subject): Promise<void> => {
  const { userId } = subject;
  if (userId === call.actor.userId) {
    throw problem('erasure-refused', { detail: 'Nobody erases themselves: ask another administrator.' });
  }
  await requireOtherAdministrator(tx, call, subject);
  const { rows } = await sql<{ held: boolean; inside: boolean; exporting: boolean }>`
    SELECT EXISTS (SELECT FROM users.legal_hold WHERE user_id = ${userId}) AS held,
      EXISTS (SELECT FROM published.tracking_session WHERE member_id = ${userId} AND exited_at IS NULL) AS inside,
      EXISTS (SELECT FROM users.data_request
        WHERE subject_id = ${userId} AND kind = 'export' AND state = 'running') AS exporting`.execute(tx);
  const [against] = rows;
  if (against?.held) {
    throw problem('erasure-refused', { detail: 'There is a hold on this person: remove it first, if you may.' });
  }
  if (against?.inside) {
    throw problem('erasure-refused', {
      detail: 'A tracking session is open: wait for the EXIT, or for the end of the day.',
    });
  }
  if (against?.exporting) {
    throw problem('erasure-refused', { detail: 'An export of their data is being made: wait until it is ready.' });
  }
};

const running = async (tx: Tx, kind: DataRequest['kind'], userId: string): Promise<store.StoredRequest> => {
  const request = await store.readRunning(tx, kind, userId);
  if (request === null) throw new Error('A request that was just written is not there.');
  return request;
};
