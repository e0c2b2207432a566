import type { OrganizationOverview, platformRoutes } from '@muster/contracts';
import type { Database } from '../../../platform/database/port.ts';
import type { SignedInHandler, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import { auditChange } from '../audit-change.ts';
import { refusingDuplicates } from '../managed-people.ts';
import { insertAccount } from '../person-store.ts';
import { requireTimeZone, timeZoneAt } from '../site-changes.ts';
import { insertSite } from '../site-store.ts';
import { insideOrganization } from './inside-organization.ts';
import * as store from './overview-store.ts';

type Routes = typeof platformRoutes;

const overviewOf = (
  { createdAt, ...organization }: store.ListedOrganization,
  figures: Awaited<ReturnType<typeof store.readFigures>>,
): OrganizationOverview => ({ ...organization, createdAt: createdAt.toISOString(), ...figures });

/** Names are read across organizations; what is counted in each, inside of it and of no other. */
export const listOrganizations =
  ({ database }: { readonly database: Database }): SignedInHandler<Routes['listOrganizations']> =>
  async ({ query: { search, cursor, limit } }) => {
    if (cursor !== undefined && !isUuid(cursor)) {
      throw problem('request-invalid', { fields: [{ path: 'query.cursor', message: 'is not from an answer before' }] });
    }
    const { found, total } = await database.acrossOrganizations('users', async (tx) => ({
      found: await store.listOrganizations(tx, { search, after: cursor, limit: limit + 1 }),
      total: await store.countOrganizations(tx, search),
    }));
    const shown = found.slice(0, limit);
    const items: OrganizationOverview[] = [];
    for (const organization of shown) {
      const figures = await database.inOrganization('users', organization.orgId, store.readFigures);
      items.push(overviewOf(organization, figures));
    }
    return { items, nextCursor: found.length > limit ? (shown.at(-1)?.orgId ?? null) : null, total };
  };

/** All of it or nothing. The administrator has no password yet: an invitation gives them one. */
export const createOrganization: Verb<Routes['createOrganization']> = async (tx, { body }, call) => {
  const { name, slug, vocabulary, site, administrator } = body;
  const timeZone = site.timeZone ?? (await timeZoneAt(site.center));
  requireTimeZone(timeZone, 'body.site.timeZone');
  const [orgId, siteId, administratorId] = [uuidv7(), uuidv7(), uuidv7()];
  const object = { kind: 'organization', id: orgId };
  const answer = await insideOrganization(tx, call, orgId, async () => {
    await refusingDuplicates(() => store.insertOrganization(tx, { orgId, name, slug, vocabulary, at: call.at }));
    await insertSite(tx, orgId, siteId, { ...site, timeZone });
    await insertAccount(tx, orgId, administratorId, {
      ...administrator,
      role: 'org_admin',
      number: null,
      joinedOn: null,
    });
    await auditChange(tx, call, 'organization.created', object, { name, slug, vocabulary, timeZone, administratorId });
    const made = await store.readOrganization(tx);
    if (made === null) throw new Error('An organization that was just written is not there.');
    return { organization: overviewOf(made, await store.readFigures(tx)), administratorId };
  });
  await auditChange(tx, call, 'organization.created', object, { name, slug, vocabulary });
  return answer;
};

/** Both logs say it: that of the organization, where its administrators read it, and that of the platform. */
export const visitOrganization: Verb<Routes['visitOrganization']> = async (tx, { params, body: { reason } }, call) => {
  const object = { kind: 'organization', id: params.orgId };
  const visited = await insideOrganization(tx, call, params.orgId, async () => {
    const organization = await store.readOrganization(tx);
    if (organization === null) throw problem('not-found', { detail: 'There is no such organization.' });
    await auditChange(tx, call, 'organization.visited', object, { reason });
    return organization;
  });
  if (call.actor.orgId !== params.orgId) await auditChange(tx, call, 'organization.visited', object, { reason });
  const { createdAt: _at, ...organization } = visited;
  return organization;
};
