import type { peopleRoutes, Site, SiteFields } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { requireVersion, versionOf } from '../../platform/http/versions.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { auditChange } from './audit-change.ts';
import { refusingDuplicates } from './managed-people.ts';
import { insertSite, listSites, updateSite } from './site-store.ts';
import { requireSite } from './sites.ts';

type Routes = typeof peopleRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

/** The zone at a place, from a table of the world that is loaded when it is first asked for. */
export const timeZoneAt = async ({ latitude, longitude }: SiteFields['center']): Promise<string> => {
  const { default: lookUp } = await import('@photostructure/tz-lookup');
  return lookUp(latitude, longitude);
};

/** @throws Problem `request-invalid` when no such zone is known */
export const requireTimeZone = (timeZone: string, path = 'body.timeZone'): void => {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    const fields = [{ path, message: 'is no IANA time zone, such as Europe/Vienna' }];
    throw problem('request-invalid', { fields });
  }
};

export const suggestTimeZone: Verb<Routes['suggestTimeZone']> = async (_tx, { query }) => ({
  timeZone: await timeZoneAt(query),
});

export const readSite: Verb<Routes['readSite']> = async (tx, { params }) => shown(await site(tx, params.siteId));

export const addSite: Verb<Routes['addSite']> = async (tx, { body }, call) => {
  const timeZone = body.timeZone ?? (await timeZoneAt(body.center));
  requireTimeZone(timeZone);
  const siteId = uuidv7();
  await refusingDuplicates(() => insertSite(tx, call.actor.orgId, siteId, { ...body, timeZone }));
  await auditChange(tx, call, 'site.added', { kind: 'site', id: siteId }, { name: body.name, timeZone });
  return shown(await site(tx, siteId));
};

export const changeSite =
  ({ events }: Dependencies): Verb<Routes['changeSite']> =>
  async (tx, { params: { siteId }, body }, call) => {
    await requireSite(tx, siteId);
    const before = await site(tx, siteId);
    requireVersion(call, versionOfSite(before));
    requireTimeZone(body.timeZone);
    await refusingDuplicates(() => updateSite(tx, siteId, body));
    // Whoever keeps a site in memory reads it anew on this.
    await events.append(tx, call.actor.orgId, [{ type: 'users.geofences-changed', key: siteId, payload: { siteId } }]);
    const detail = ({ name, timeZone }: Pick<Site, 'name' | 'timeZone'>) => ({ name, timeZone });
    const object = { kind: 'site', id: siteId };
    await auditChange(tx, call, 'site.changed', object, { before: detail(before), after: detail(body) });
    return shown(await site(tx, siteId));
  };

const site = async (tx: Tx, siteId: string): Promise<Site> => {
  const [found] = await listSites(tx, siteId);
  if (found === undefined) throw problem('not-found', { detail: 'There is no such site.' });
  return found;
};

/** Geofences are changed by themselves. */
const versionOfSite = ({ siteId, name, address, timeZone, center }: Site): string =>
  versionOf([siteId, name, address, timeZone, center.latitude, center.longitude]);

const shown = (found: Site) => ({ ...found, version: versionOfSite(found) });
