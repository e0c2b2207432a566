import type { organizationRoutes } from '@muster/contracts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { auditChange } from './audit-change.ts';
import { findShapeFault } from './rules/geofence-shape.ts';
import { listSites, writeGeofences } from './site-store.ts';
import { digest, requireSite } from './sites.ts';

/** All geofences of the site are drawn anew. The first that cannot be used is named, and nothing changes. */
export const replaceGeofences =
  ({ events }: { events: Pick<EventBus, 'append'> }): Verb<typeof organizationRoutes.replaceGeofences> =>
  async (tx, { params: { siteId }, body }, call) => {
    for (const { name, shape } of body.geofences) {
      const fault = findShapeFault(shape);
      if (fault !== null) throw problem('geofence-invalid', { detail: `“${name}”: ${fault}` });
    }
    const { orgId } = call.actor;
    await requireSite(tx, siteId);
    const before = (await listSites(tx, siteId))[0]?.geofences ?? [];
    const geofences = body.geofences.map((geofence) => ({ geofenceId: uuidv7(), ...geofence }));
    await writeGeofences(tx, orgId, siteId, geofences);
    await events.append(tx, orgId, [{ type: 'users.geofences-changed', key: siteId, payload: { siteId } }]);
    await auditChange(
      tx,
      call,
      'site.geofences-replaced',
      { kind: 'site', id: siteId },
      { before: before.map(summary), after: geofences.map(summary) },
    );
    const [site] = await listSites(tx, siteId);
    return site ?? problem('not-found');
  };

const summary = ({ name, shape }: { name: string; shape: { kind: string } }) => ({
  name,
  kind: shape.kind,
  sha256: digest(shape),
});
