import type { peopleRoutes } from '@muster/contracts';
import { requireManagedRole } from '../../platform/access/managed-roles.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { auditChange } from './audit-change.ts';
import { requirePerson, tellAccessChanged } from './managed-people.ts';
import * as store from './person-store.ts';

type Routes = typeof peopleRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

/** Who is linked to a child sees the child: that is decided by those who manage guardians, not by every supervisor. */
const requireBoth = async (tx: Tx, call: Call, memberId: string, guardianId: string): Promise<void> => {
  const member = await requirePerson(tx, call, memberId, { lock: true });
  await requireManagedRole(tx, call, 'guardian');
  const guardian = await store.readPerson(tx, guardianId, { lock: true });
  if (guardian === null) throw problem('not-found', { detail: 'There is no such guardian.' });
  if (member.role !== 'member' || guardian.role !== 'guardian') {
    throw problem('person-invalid', { detail: 'A link joins a guardian and a member.' });
  }
};

export const linkGuardian =
  ({ events }: Dependencies): Verb<Routes['linkGuardian']> =>
  async (tx, { params: { memberId, guardianId }, body: { maySee, isTold, mayCollect } }, call) => {
    const { orgId } = call.actor;
    await requireBoth(tx, call, memberId, guardianId);
    await store.writeGuardianship(tx, orgId, { guardianId, memberId }, { maySee, isTold, mayCollect });
    await tellAccessChanged(tx, events, orgId, [guardianId, memberId]);
    const detail = { guardianId, maySee, isTold, mayCollect };
    await auditChange(tx, call, 'guardian.linked', { kind: 'user', id: memberId }, detail);
    return null;
  };

export const unlinkGuardian =
  ({ events }: Dependencies): Verb<Routes['unlinkGuardian']> =>
  async (tx, { params: { memberId, guardianId } }, call) => {
    await requireBoth(tx, call, memberId, guardianId);
    if (await store.removeGuardianship(tx, guardianId, memberId)) {
      await tellAccessChanged(tx, events, call.actor.orgId, [guardianId, memberId]);
      await auditChange(tx, call, 'guardian.unlinked', { kind: 'user', id: memberId }, { guardianId });
    }
    return null;
  };
