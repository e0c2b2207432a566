import { type ImportRun, importRoutes } from '@muster/contracts';
import type { Tx } from '../../../platform/database/port.ts';
import type { Call, SignedInHandler, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { uploadOf } from '../../../platform/http/uploads.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Ports } from '../../../platform/service.ts';
import { auditChange } from '../audit-change.ts';
import { importJobs } from './import-jobs.ts';
import * as store from './run-store.ts';

type Routes = typeof importRoutes;

export const createImport: Verb<Routes['createImport']> = async (tx, { body: { fileName } }, call) => {
  const importId = uuidv7();
  const { orgId, userId } = call.actor;
  await store.insertImport(tx, orgId, { importId, startedBy: userId, fileName, startedAt: call.at });
  await auditChange(tx, call, 'import.begun', { kind: 'import', id: importId }, {});
  return shown(await own(tx, call, importId));
};

/** Stores the file as it comes, under a key that nobody else makes; a second upload takes the place of the first. */
export const uploadImportFile =
  ({
    database,
    objects,
    jobs,
  }: Pick<Ports, 'database' | 'objects' | 'jobs'>): SignedInHandler<Routes['uploadImportFile']> =>
  async ({ params: { importId } }, call) => {
    const { orgId } = call.actor;
    const inUsers = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('users', orgId, work);
    await inUsers(async (tx) => requireState(await own(tx, call, importId), ['awaiting-file', 'mapping', 'checked']));
    const file = uploadOf(importRoutes.uploadImportFile, call.request);
    const objectKey = `${orgId}/imports/${uuidv7()}.bin`;
    const { bytes } = await objects.put(objectKey, file, { contentType: 'application/octet-stream' });
    const refuse = async () => {
      await objects.delete(objectKey);
      return problem('import-file-invalid', { detail: 'This file is empty.' });
    };
    if (bytes === 0) return refuse();
    return inUsers(async (tx) => {
      const before = await own(tx, call, importId, { lock: true });
      requireState(before, ['awaiting-file', 'mapping', 'checked']);
      const requestId = uuidv7();
      await store.advance(tx, importId, { state: 'reading', objectKey, requestId, counts: null });
      await store.replaceRows(tx, orgId, importId, [], []);
      await jobs.enqueue(tx, orgId, { name: importJobs.read, payload: { importId, requestId } });
      await auditChange(tx, call, 'import.file-uploaded', { kind: 'import', id: importId }, { bytes });
      if (before.objectKey !== null) await objects.delete(before.objectKey);
      return shown(await own(tx, call, importId));
    });
  };

export const listImports: Verb<Routes['listImports']> = async (tx, _input, call) => ({
  items: (await store.listOwnImports(tx, call.actor.userId)).map(shown),
});

export const readImport: Verb<Routes['readImport']> = async (tx, { params }, call) =>
  shown(await own(tx, call, params.importId));

export const checkImport =
  ({ jobs }: Pick<Ports, 'jobs'>): Verb<Routes['checkImport']> =>
  async (tx, { params: { importId }, body: choices }, call) => {
    const run = await own(tx, call, importId, { lock: true });
    requireState(run, ['mapping', 'checked']);
    const requestId = uuidv7();
    await store.advance(tx, importId, { state: 'checking', choices, requestId, counts: null });
    await jobs.enqueue(tx, call.actor.orgId, { name: importJobs.check, payload: { importId, requestId } });
    return shown(await own(tx, call, importId));
  };

export const listImportProblems: Verb<Routes['listImportProblems']> = async (tx, { params, query }, call) => {
  await own(tx, call, params.importId);
  const after = query.cursor === undefined ? 0 : Number(query.cursor);
  if (!Number.isInteger(after) || after < 0 || after > 1e9) {
    throw problem('request-invalid', { fields: [{ path: 'query.cursor', message: 'is not from an answer before' }] });
  }
  const found = await store.listProblems(tx, params.importId, after, query.limit + 1);
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(({ position: _place, ...each }) => each),
    nextCursor: found.length > query.limit && last !== undefined ? String(last.position) : null,
  };
};

export const runImport =
  ({ jobs }: Pick<Ports, 'jobs'>): Verb<Routes['runImport']> =>
  async (tx, { params: { importId } }, call) => {
    const run = await own(tx, call, importId, { lock: true });
    requireState(run, ['checked']);
    if (run.counts?.problems !== 0) {
      throw problem('import-not-ready', { detail: 'There are rows with problems: correct the file, or the mapping.' });
    }
    const requestId = uuidv7();
    await store.advance(tx, importId, { state: 'running', requestId });
    await jobs.enqueue(tx, call.actor.orgId, { name: importJobs.run, payload: { importId, requestId } });
    await auditChange(tx, call, 'import.started', { kind: 'import', id: importId }, { ...run.counts });
    return shown(await own(tx, call, importId));
  };

export const discardImport =
  ({ objects, clock }: Pick<Ports, 'objects' | 'clock'>): Verb<Routes['discardImport']> =>
  async (tx, { params: { importId } }, call) => {
    const run = await own(tx, call, importId, { lock: true });
    if (run.state === 'discarded') return null;
    requireState(run, ['awaiting-file', 'reading', 'mapping', 'checking', 'checked', 'failed']);
    await store.finish(tx, importId, { state: 'discarded', at: clock.now() });
    await auditChange(tx, call, 'import.discarded', { kind: 'import', id: importId }, {});
    if (run.objectKey !== null) await objects.delete(run.objectKey);
    return null;
  };

/** @throws Problem `not-found`, also for the imports of others: a file is full of people */
const own = async (tx: Tx, { actor }: Call, importId: string, options = {}): Promise<store.StoredImport> => {
  const run = await store.readImportRun(tx, importId, options);
  if (run === null || run.startedBy !== actor.userId)
    throw problem('not-found', { detail: 'There is no such import.' });
  return run;
};

const requireState = ({ state }: store.StoredImport, allowed: readonly ImportRun['state'][]): void => {
  if (!allowed.includes(state)) throw problem('import-not-ready', { detail: `It is ${state.replace('-', ' ')} now.` });
};

const shown = ({ startedBy: _by, objectKey: _key, requestId: _request, ...run }: store.StoredImport): ImportRun => run;
