import type { GroupDetail, peopleRoutes } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { requireVersion, versionOf } from '../../platform/http/versions.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { auditChange } from './audit-change.ts';
import * as store from './group-store.ts';
import { refusingDuplicates, tellAccessChanged } from './managed-people.ts';
import { requireSite } from './sites.ts';

type Routes = typeof peopleRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

export const listGroupDetails: Verb<Routes['listGroupDetails']> = async (tx) => ({
  items: (await store.listGroupRows(tx)).map(shown),
});

export const addGroup =
  ({ events }: Dependencies): Verb<Routes['addGroup']> =>
  async (tx, { body: { name, siteId, supervisorIds } }, call) => {
    const { orgId } = call.actor;
    await requireSite(tx, siteId);
    const groupId = uuidv7();
    await refusingDuplicates(() => store.insertGroup(tx, orgId, { groupId, siteId, name }));
    await assign(tx, orgId, groupId, supervisorIds);
    await tellAccessChanged(tx, events, orgId, supervisorIds);
    await auditChange(tx, call, 'group.added', { kind: 'group', id: groupId }, { name, siteId, supervisorIds });
    return shown(await requireGroup(tx, groupId));
  };

export const changeGroup =
  ({ events }: Dependencies): Verb<Routes['changeGroup']> =>
  async (tx, { params: { groupId }, body: { name, supervisorIds } }, call) => {
    const { orgId } = call.actor;
    if (!(await store.lockGroup(tx, groupId))) throw noGroup();
    const before = await requireGroup(tx, groupId);
    requireVersion(call, versionOfGroup(before));
    if (name !== before.name) await refusingDuplicates(() => store.renameGroup(tx, groupId, name));
    await assign(tx, orgId, groupId, supervisorIds);
    const changed = new Set(supervisorIds).symmetricDifference(new Set(before.supervisorIds));
    await tellAccessChanged(tx, events, orgId, changed);
    const after = await requireGroup(tx, groupId);
    const detail = ({ name: called, supervisorIds: assigned }: store.GroupRow) => ({
      name: called,
      supervisorIds: assigned,
    });
    const object = { kind: 'group', id: groupId };
    await auditChange(tx, call, 'group.changed', object, { before: detail(before), after: detail(after) });
    return shown(after);
  };

export const removeGroup =
  ({ events }: Dependencies): Verb<Routes['removeGroup']> =>
  async (tx, { params: { groupId } }, call) => {
    if (!(await store.lockGroup(tx, groupId))) throw noGroup();
    const { name, supervisorIds } = await requireGroup(tx, groupId);
    if (!(await store.deleteGroup(tx, groupId))) throw problem('group-in-use');
    await tellAccessChanged(tx, events, call.actor.orgId, supervisorIds);
    await auditChange(tx, call, 'group.removed', { kind: 'group', id: groupId }, { name });
    return null;
  };

const assign = async (tx: Tx, orgId: string, groupId: string, supervisorIds: readonly string[]): Promise<void> => {
  const assigned = await store.writeAssignments(tx, orgId, groupId, supervisorIds);
  if (assigned !== new Set(supervisorIds).size) {
    throw problem('person-invalid', { detail: 'Only supervisors can be assigned to a group.' });
  }
};

const requireGroup = async (tx: Tx, groupId: string): Promise<store.GroupRow> => {
  const [group] = await store.listGroupRows(tx, groupId);
  if (group === undefined) throw noGroup();
  return group;
};

const noGroup = () => problem('not-found', { detail: 'There is no such group.' });

/** Members come and go without changing what is edited here. */
const versionOfGroup = ({ groupId, name, supervisorIds }: store.GroupRow): string =>
  versionOf([groupId, name, supervisorIds]);

const shown = (group: store.GroupRow): GroupDetail => ({ ...group, version: versionOfGroup(group) });
