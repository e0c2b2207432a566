import { buffer } from 'node:stream/consumers';
import type { ImportChoices, ImportCounts, ImportProblem } from '@muster/contracts';
import { readManagedRoles } from '../../../platform/access/managed-roles.ts';
import { appendAudits, type AuditEntry } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Jobs, RunningJob } from '../../../platform/jobs/port.ts';
import type { Ports } from '../../../platform/service.ts';
import { guessMapping } from '../rules/column-guess.ts';
import { type ImportedPerson, readPersonRow } from '../rules/imported-person.ts';
import { type ImportPlan, keyOfGroup, planImport } from '../rules/import-plan.ts';
import { FileFault } from './file-fault.ts';
import { type OpenedFile, openFile } from './open-file.ts';
import * as writes from './people-writes.ts';
import * as store from './run-store.ts';

export const importJobs = { read: 'users.import-read', check: 'users.import-check', run: 'users.import-run' } as const;

type ImportPorts = Pick<Ports, 'database' | 'objects' | 'clock' | 'events'>;
type ImportJob = RunningJob<{ importId: string; requestId: string }>;

/** The jobs port tries no more often than this. */
const lastAttempt = 5;
const sampleRows = 5;
const sampleCellLength = 80;
const peopleAtOnce = 1_000;
/** A list of more is of no use to anybody; the number of all is shown. */
const problemsKept = 5_000;

export const handleImports = (jobs: Jobs, ports: ImportPorts): void => {
  jobs.handle(importJobs.read, guarded(ports, 'reading', readFile));
  jobs.handle(importJobs.check, guarded(ports, 'checking', checkFile));
  jobs.handle(importJobs.run, guarded(ports, 'running', runImport));
};

/** A list of people is not kept longer than somebody may want to come back to it. */
const importsKeptMs = 30 * 24 * 60 * 60_000;

export const forgetOldImports =
  ({ database, objects, clock }: ImportPorts) =>
  async (): Promise<void> => {
    const before = new Date(clock.now().getTime() - importsKeptMs);
    const orgIds = await database.acrossOrganizations('users', store.listOrganizations, { readOnly: true });
    for (const orgId of orgIds) {
      const keys = await database.inOrganization('users', orgId, (tx) => store.forgetImports(tx, before));
      for (const key of keys) await objects.delete(key);
    }
  };

type Work = (ports: ImportPorts, job: ImportJob, run: store.StoredImport) => Promise<void>;

/**
 * Each step may be begun again, by another process if the first was lost: it changes nothing before it is complete. What
 * is wrong with the file is told to whoever chose it; anything else is tried again.
 */
const guarded =
  (ports: ImportPorts, state: store.StoredImport['state'], work: Work) =>
  async (job: ImportJob): Promise<void> => {
    const { database, objects, clock } = ports;
    const { orgId, payload } = job;
    const run = await database.inOrganization('users', orgId, (tx) => store.readImportRun(tx, payload.importId));
    if (run === null || run.state !== state || run.requestId !== payload.requestId) return;
    const fail = async (failure: string) => {
      await database.inOrganization('users', orgId, (tx) =>
        store.finish(tx, run.importId, { state: 'failed', failure, at: clock.now() }),
      );
      if (run.objectKey !== null) await objects.delete(run.objectKey);
    };
    try {
      await work(ports, job, run);
    } catch (error) {
      if (error instanceof FileFault) return fail(error.message);
      if (job.attempt >= lastAttempt)
        await fail('Something went wrong on our side; nothing was imported. Please try again.');
      throw error;
    }
  };

const open = async (
  { objects }: ImportPorts,
  { objectKey }: store.StoredImport,
  corrections?: ImportChoices,
): Promise<OpenedFile> => {
  const stored = objectKey === null ? null : await objects.get(objectKey);
  if (stored === null) throw new FileFault('The file is not there any more: upload it again.');
  return openFile(await buffer(stored.content), corrections);
};

/** The header and a few rows: what the columns are is guessed by it. */
const readFile: Work = async (ports, { orgId }, run) => {
  const { format, encoding, delimiter, rows } = await open(ports, run);
  let columns: string[] | null = null;
  const sample: string[][] = [];
  // To the end: who corrects a mapping should not hear afterwards that the file is damaged.
  for await (const { cells } of rows) {
    const short = cells.map((cell) => shortened(cell));
    if (columns === null) columns = short;
    else if (sample.length < sampleRows) sample.push(short);
  }
  const reading = { format, encoding, delimiter, columns: columns ?? [], sample };
  const choices: ImportChoices = {
    mapping: guessMapping(reading.columns),
    siteId: null,
    createGroups: false,
    encoding: null,
    delimiter: null,
  };
  await ports.database.inOrganization('users', orgId, (tx) =>
    store.advance(tx, run.importId, { state: 'mapping', reading, choices }),
  );
};

/** What cannot be stored or shown is a question mark here; the dry run says what is wrong with it. */
const shortened = (cell: string): string =>
  cell.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd').slice(0, sampleCellLength);

/** The dry run: every row is understood and planned, and nothing is written but what was found. */
const checkFile: Work = async (ports, job, run) => {
  const { database } = ports;
  const { orgId } = job;
  const choices = run.choices as ImportChoices;
  const { rows } = await open(ports, run, choices);
  const people: ImportedPerson[] = [];
  const problems: ImportProblem[] = [];
  let columns: readonly string[] | null = null;
  let count = 0;
  for await (const { row, cells } of rows) {
    if (columns === null) {
      columns = cells.map(shortened);
      continue;
    }
    const read = readPersonRow(row, cells, { mapping: choices.mapping, columns });
    if ('person' in read) people.push(read.person);
    else problems.push(...read.problems);
    count += 1;
    if (count % 2_000 === 0) await show(ports, job, Math.min(0.9, count / 20_000));
  }
  await database.inOrganization('users', orgId, async (tx) => {
    const plan = await planned(tx, orgId, run, people);
    const all = [...problems, ...named(plan.problems, choices, columns ?? [])].sort(
      (one, other) => one.row - other.row,
    );
    await store.replaceRows(tx, orgId, run.importId, people, all.slice(0, problemsKept));
    const counts: ImportCounts = { ...plan.counts, rows: count, problems: all.length };
    await store.advance(tx, run.importId, { state: 'checked', counts });
  });
};

/** The plan speaks of fields; whoever reads the problems knows the columns of the file. */
const named = (
  problems: readonly ImportProblem[],
  { mapping }: ImportChoices,
  columns: readonly string[],
): ImportProblem[] =>
  problems.map((problem) => {
    const field = problem.column === 'name' && !mapping.includes('name') ? 'given-name' : problem.column;
    return { ...problem, column: columns[mapping.findIndex((each) => each === field)] ?? null };
  });

/** @throws FileFault when whoever began the import may not do it any more */
const planned = async (
  tx: Tx,
  orgId: string,
  run: store.StoredImport,
  people: readonly ImportedPerson[],
): Promise<ImportPlan> => {
  await writes.lockImports(tx, orgId);
  const managedGroups = await writes.readManagedGroups(tx, run.startedBy);
  if (managedGroups === null) throw new FileFault('Whoever began this import does not manage people any more.');
  const { siteId, createGroups } = run.choices as ImportChoices;
  const surroundings = await writes.readSurroundings(tx, people);
  return planImport(people, {
    ...surroundings,
    managedRoles: await readManagedRoles(tx, { userId: run.startedBy, role: 'member' }),
    managedGroupIds: managedGroups === 'all' ? null : managedGroups,
    siteId: surroundings.sites.some((site) => site.siteId === siteId) ? siteId : null,
    createGroups,
  });
};

/** One transaction: all that the dry run has promised, or nothing. */
const runImport: Work = async (ports, job, run) => {
  const { database, objects, clock, events } = ports;
  const { orgId } = job;
  await database.inOrganization('users', orgId, async (tx) => {
    const plan = await planned(tx, orgId, run, await store.readRows(tx, run.importId));
    if (!isAsPromised(plan.counts, run.counts)) {
      throw new FileFault('People or groups were changed since the dry run, so nothing was imported. Begin again.');
    }
    await write(tx, ports, job, plan);
    if (plan.people.length > 0) {
      await events.append(tx, orgId, [{ type: 'users.access-changed', key: orgId, payload: { userId: null } }]);
    }
    await appendAudits(tx, [summary(run, plan.counts)], clock);
    await store.finish(tx, run.importId, { state: 'done', counts: plan.counts, at: clock.now() });
  });
  if (run.objectKey !== null) await objects.delete(run.objectKey);
};

const isAsPromised = (found: ImportCounts, promised: ImportCounts | null): boolean =>
  promised !== null && (Object.keys(found) as (keyof ImportCounts)[]).every((key) => found[key] === promised[key]);

const write = async (tx: Tx, ports: ImportPorts, job: ImportJob, plan: ImportPlan): Promise<void> => {
  const { orgId } = job;
  const groups = plan.newGroups.map((group) => ({ ...group, groupId: uuidv7() }));
  if (groups.length > 0) await writes.insertGroups(tx, orgId, groups);
  const known = await writes.readSurroundings(tx, []);
  const groupIds = new Map(known.groups.map((group) => [keyOfGroup(group), group.groupId]));
  const idOf = (group: { siteId: string; name: string }) => groupIds.get(keyOfGroup(group)) ?? null;
  const people = plan.people.map((person) => ({
    ...person,
    isNew: person.userId === null,
    userId: person.userId ?? uuidv7(),
    groupId: person.place?.group == null ? null : idOf(person.place.group),
  }));
  for (let start = 0; start < people.length; start += peopleAtOnce) {
    const some = people.slice(start, start + peopleAtOnce);
    await writes.insertAccounts(
      tx,
      orgId,
      some.filter(({ isNew }) => isNew),
    );
    await writes.updateAccounts(
      tx,
      some.filter(({ isNew, accountChanges }) => !isNew && accountChanges),
    );
    await writes.writePlaces(
      tx,
      orgId,
      some.filter(({ placeChanges }) => placeChanges),
    );
    await appendAudits(
      tx,
      some.map((person) => entryOf(person, job)),
      ports.clock,
    );
    await show(ports, job, Math.min(0.99, (start + some.length) / people.length));
  }
  const assignments = people.flatMap(({ userId: supervisorId, assignments: wanted }) =>
    wanted.map((group) => ({ supervisorId, groupId: idOf(group) ?? '' })),
  );
  if (assignments.length > 0) await writes.insertAssignments(tx, orgId, assignments);
  const links = people.flatMap(({ userId: guardianId, links: wanted }) =>
    wanted.map((number) => ({ guardianId, number })),
  );
  if (links.length > 0) await writes.insertLinks(tx, orgId, links);
};

/** Beside the work: its own transaction is not seen by anybody yet. */
const show = async ({ database }: ImportPorts, job: ImportJob, progress: number): Promise<void> => {
  const { importId, requestId } = job.payload;
  await database.inOrganization('users', job.orgId, (tx) => store.showProgress(tx, importId, requestId, progress));
  await job.progress(progress);
};

const entryOf = (
  { userId, isNew, role, place, groupId }: writes.PersonToWrite & { isNew: boolean },
  { payload }: ImportJob,
): AuditEntry => ({
  actor: { kind: 'system' },
  action: isNew ? 'person.added' : 'person.changed',
  object: { kind: 'user', id: userId },
  detail: { role, siteId: place?.siteId ?? null, groupId, importId: payload.importId },
});

const summary = (run: store.StoredImport, counts: ImportCounts): AuditEntry => ({
  actor: { kind: 'user', userId: run.startedBy },
  action: 'people.imported',
  object: { kind: 'import', id: run.importId },
  detail: { ...counts },
});
