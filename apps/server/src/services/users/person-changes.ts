import type { PersonFields, PersonStatus, peopleRoutes } from '@muster/contracts';
import { requireManagedRole } from '../../platform/access/managed-roles.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { requireVersion, versionOf } from '../../platform/http/versions.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { auditChange } from './audit-change.ts';
import {
  beyondReach,
  refusingDuplicates,
  requireManagedGroup,
  requireOtherAdministrator,
  requirePerson,
  shown,
  tellAccessChanged,
} from './managed-people.ts';
import * as store from './person-store.ts';
import { lockSite } from './site-store.ts';
import { personFault } from './rules/person-rules.ts';

type Routes = typeof peopleRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

export const readPerson: Verb<Routes['readPerson']> = async (tx, { params }, call) =>
  shown(await requirePerson(tx, call, params.userId));

export const addPerson =
  ({ events }: Dependencies): Verb<Routes['addPerson']> =>
  async (tx, { body }, call) => {
    const { orgId } = call.actor;
    await requireManagedRole(tx, call, body.role);
    const person = await placed(tx, call, body);
    const userId = uuidv7();
    await beyondReach(tx, async () => {
      await refusingDuplicates(() => store.insertAccount(tx, orgId, userId, person));
      await writePlace(tx, orgId, userId, person);
    });
    await tellAccessChanged(tx, events, orgId, await watchersOf(tx, [person.groupId]));
    const { role, siteId, groupId } = person;
    await auditChange(tx, call, 'person.added', { kind: 'user', id: userId }, { role, siteId, groupId });
    return shown(await requirePerson(tx, call, userId));
  };

/** What is not named stays. A group alone says the site; another site alone leaves the group. */
export const changePerson =
  ({ events }: Dependencies): Verb<Routes['changePerson']> =>
  async (tx, { params: { userId }, body }, call) => {
    const { orgId } = call.actor;
    const before = await requirePerson(tx, call, userId, { lock: true });
    requireVersion(call, versionOf(before));
    await requireManagedRole(tx, call, before.role);
    const wanted: store.PersonRow = { ...before, ...(body as Partial<PersonFields>) };
    if (wanted.role !== before.role) await requireRoleChange(tx, call, before, wanted);
    if (wanted.role !== 'member' && before.role === 'member') Object.assign(wanted, { siteId: null, groupId: null });
    if (body.siteId !== undefined && body.siteId !== before.siteId && body.groupId === undefined) wanted.groupId = null;
    if (body.groupId !== undefined && body.groupId !== null && body.siteId === undefined) wanted.siteId = null;
    const person = await placed(tx, call, wanted);
    await refusingDuplicates(() => store.updateAccount(tx, userId, person));
    if (person.role !== before.role) await store.removeTies(tx, userId, before.role);
    await writePlace(tx, orgId, userId, person);
    const after = await store.readPerson(tx, userId);
    if (after === null) throw problem('not-found');
    if (person.role !== before.role || person.groupId !== before.groupId || person.siteId !== before.siteId) {
      const watchers = await watchersOf(tx, [before.groupId, person.groupId]);
      await tellAccessChanged(tx, events, orgId, [userId, ...watchers]);
    }
    await auditChange(tx, call, 'person.changed', { kind: 'user', id: userId }, changesBetween(before, after));
    return shown(after);
  };

export const changeStatus =
  ({ events }: Dependencies): Verb<Routes['changeStatus']> =>
  async (tx, { params: { userId }, body: { status, reason } }, call) => {
    const before = await requirePerson(tx, call, userId, { lock: true });
    requireVersion(call, versionOf(before));
    await requireManagedRole(tx, call, before.role);
    if (status !== before.status) {
      await requireStatusChange(tx, call, before, status);
      await store.updateStatus(tx, userId, status);
      const watchers = [userId, ...before.guardians.map((guardian) => guardian.userId)];
      await tellAccessChanged(tx, events, call.actor.orgId, [...watchers, ...(await watchersOf(tx, [before.groupId]))]);
      const detail = { before: before.status, after: status };
      await auditChange(tx, call, 'person.status-changed', { kind: 'user', id: userId }, detail, {
        of: userId,
        fields: { reason },
      });
    }
    return shown({ ...before, status });
  };

const requireRoleChange = async (
  tx: Tx,
  call: Call,
  before: store.PersonRow,
  { role }: Pick<PersonFields, 'role'>,
): Promise<void> => {
  await requireManagedRole(tx, call, role);
  if (before.userId === call.actor.userId) {
    throw problem('not-permitted', { detail: 'Nobody changes their own role: ask another administrator.' });
  }
  await requireOtherAdministrator(tx, call, before);
};

const requireStatusChange = async (
  tx: Tx,
  call: Call,
  before: store.PersonRow,
  status: PersonStatus,
): Promise<void> => {
  if (status === 'active') return;
  if (before.userId === call.actor.userId) {
    throw problem('not-permitted', { detail: 'Nobody suspends themselves: ask another administrator.' });
  }
  await requireOtherAdministrator(tx, call, before);
};

/** With the site of the group. @throws Problem `person-invalid`, `not-found`, `not-permitted` */
const placed = async <P extends PersonFields>(tx: Tx, call: Call, person: P): Promise<P> => {
  const place = { siteId: person.siteId, groupId: person.groupId };
  if (place.groupId !== null) {
    const siteOfGroup = await store.readGroupSite(tx, place.groupId);
    if (siteOfGroup === undefined) throw problem('not-found', { detail: 'There is no such group.' });
    place.siteId ??= siteOfGroup;
    if (place.siteId !== siteOfGroup) throw problem('person-invalid', { detail: 'This group is at another site.' });
  } else if (place.siteId !== null && !(await lockSite(tx, place.siteId))) {
    throw problem('not-found', { detail: 'There is no such site.' });
  }
  if (person.role === 'member') await requireManagedGroup(tx, call, place.groupId);
  const fault = personFault({ ...person, ...place });
  if (fault !== null) throw problem('person-invalid', { detail: fault });
  return { ...person, ...place };
};

const writePlace = (tx: Tx, orgId: string, userId: string, { role, siteId, groupId }: PersonFields): Promise<void> =>
  store.writeMembership(tx, orgId, userId, role === 'member' && siteId !== null ? { siteId, groupId } : null);

/** Whose view of the members changes with these groups. */
const watchersOf = (tx: Tx, groupIds: readonly (string | null)[]): Promise<string[]> =>
  store.readSupervisorIds(
    tx,
    groupIds.filter((groupId) => groupId !== null),
  );

/** Names of what changed; of what is not personal also the values. The log outlives the person's data. */
const changesBetween = (before: store.PersonRow, after: store.PersonRow) => {
  const personal = (['displayName', 'number', 'email', 'language', 'joinedOn'] as const).filter(
    (field) => before[field] !== after[field],
  );
  const place = ({ role, siteId, groupId }: store.PersonRow) => ({ role, siteId, groupId });
  return { changed: personal, before: place(before), after: place(after) };
};
