import { createHash } from 'node:crypto';
import type { organizationRoutes, SitePlan } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { auditChange } from './audit-change.ts';
import * as store from './site-store.ts';

type Routes = typeof organizationRoutes;

export const listSites: Verb<Routes['listSites']> = async (tx) => ({ items: await store.listSites(tx) });

const emptyPlan: SitePlan = { type: 'FeatureCollection', features: [] };

export const readSitePlan: Verb<Routes['readSitePlan']> = async (tx, { params }) => {
  const plan = await store.readPlan(tx, params.siteId);
  if (plan === undefined) throw noSite();
  return plan ?? emptyPlan;
};

export const replaceSitePlan: Verb<Routes['replaceSitePlan']> = async (tx, { params: { siteId }, body }, call) => {
  await requireSite(tx, siteId);
  const open = body.features.findIndex((feature) => !isClosed(feature));
  if (open >= 0) {
    throw problem('site-plan-invalid', {
      detail: `Feature ${open + 1} is a polygon whose last point does not repeat the first.`,
    });
  }
  await store.writePlan(tx, siteId, body);
  const detail = { features: body.features.length, sha256: digest(body) };
  await auditChange(tx, call, 'site.plan-replaced', { kind: 'site', id: siteId }, detail);
  return null;
};

/** @throws Problem `not-found`; otherwise the site is locked for this transaction. */
export const requireSite = async (tx: Tx, siteId: string): Promise<void> => {
  if (!(await store.lockSite(tx, siteId))) throw noSite();
};

/** Plans and geofences are too large, and too exact, for the log: what they were can be proved all the same. */
export const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const noSite = () => problem('not-found', { detail: 'There is no such site.' });

const isClosed = ({ geometry }: SitePlan['features'][number]): boolean =>
  geometry.type !== 'Polygon' ||
  geometry.coordinates.every((ring) => ring[0]?.[0] === ring.at(-1)?.[0] && ring[0]?.[1] === ring.at(-1)?.[1]);
