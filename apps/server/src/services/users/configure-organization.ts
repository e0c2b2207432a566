import type { organizationRoutes } from '@muster/contracts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { auditChange } from './audit-change.ts';
import { readSettings, writeSettings } from './organization-store.ts';

/** Who sees how much changes for everybody at once, so everybody's cached access is told to be read anew. */
export const configureOrganization =
  ({ events }: { events: Pick<EventBus, 'append'> }): Verb<typeof organizationRoutes.configureOrganization> =>
  async (tx, { body }, call) => {
    const { orgId } = call.actor;
    const before = await readSettings(tx, { lock: true });
    if (before === null) throw problem('not-found');
    const after = { name: before.name, ...body };
    await writeSettings(tx, body);
    await events.append(tx, orgId, [{ type: 'users.access-changed', key: orgId, payload: { userId: null } }]);
    await auditChange(
      tx,
      call,
      'organization.configured',
      { kind: 'organization', id: orgId },
      {
        before: { ...before },
        after: { ...after },
      },
    );
    return after;
  };
