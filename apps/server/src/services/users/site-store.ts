import type { Gate, GeofenceShape, Site, SiteFields, SitePlan } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

/** By name, with their geofences by name. */
export const listSites = async (tx: Tx, siteId?: string): Promise<Site[]> => {
  const { rows } = await sql<Omit<Site, 'center'> & { latitude: number; longitude: number }>`
    SELECT site.id AS "siteId", site.name, site.address, site.time_zone AS "timeZone", site.latitude, site.longitude,
      site.plan IS NOT NULL AS "hasPlan",
      coalesce((SELECT jsonb_agg(jsonb_build_object('geofenceId', geofence.id, 'name', geofence.name,
          'shape', geofence.shape) ORDER BY geofence.name, geofence.id)
        FROM users.geofence WHERE geofence.org_id = site.org_id AND geofence.site_id = site.id), '[]') AS geofences
    FROM users.site WHERE ${whereGiven(siteId, (id) => sql`site.id = ${id}`)}
    ORDER BY site.name, site.id`.execute(tx);
  return rows.map(({ latitude, longitude, ...site }) => ({ ...site, center: { latitude, longitude } }));
};

/** Whether there is such a site; nobody else changes it until the transaction ends. */
export const lockSite = async (tx: Tx, siteId: string): Promise<boolean> => {
  const { rows } = await sql`SELECT FROM users.site WHERE id = ${siteId} FOR UPDATE`.execute(tx);
  return rows.length > 0;
};

export const insertSite = async (tx: Tx, orgId: string, siteId: string, site: SiteFields): Promise<void> => {
  const { name, address, timeZone, center } = site;
  await sql`
    INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
    VALUES (${orgId}, ${siteId}, ${name}, ${address}, ${timeZone}, ${center.latitude}, ${center.longitude})`.execute(
    tx,
  );
};

export const updateSite = async (tx: Tx, siteId: string, site: SiteFields): Promise<void> => {
  const { name, address, timeZone, center } = site;
  await sql`
    UPDATE users.site SET name = ${name}, address = ${address}, time_zone = ${timeZone},
      latitude = ${center.latitude}, longitude = ${center.longitude} WHERE id = ${siteId}`.execute(tx);
};

/** Undefined without such a site, null without a plan. */
export const readPlan = async (tx: Tx, siteId: string): Promise<SitePlan | null | undefined> => {
  const { rows } = await sql<{ plan: SitePlan | null }>`
    SELECT plan FROM users.site WHERE id = ${siteId}`.execute(tx);
  return rows[0]?.plan;
};

export const writePlan = async (tx: Tx, siteId: string, plan: SitePlan): Promise<void> => {
  await sql`UPDATE users.site SET plan = ${JSON.stringify(plan)}::jsonb WHERE id = ${siteId}`.execute(tx);
};

export interface GeofenceRow {
  readonly geofenceId: string;
  readonly name: string;
  readonly shape: GeofenceShape;
}

/** All geofences of the site become these. */
export const writeGeofences = async (
  tx: Tx,
  orgId: string,
  siteId: string,
  geofences: readonly GeofenceRow[],
): Promise<void> => {
  await sql`DELETE FROM users.geofence WHERE site_id = ${siteId}`.execute(tx);
  await sql`
    INSERT INTO users.geofence (org_id, id, site_id, name, shape)
    SELECT ${orgId}, id, ${siteId}, name, shape::jsonb
    FROM unnest(${geofences.map(({ geofenceId }) => geofenceId)}::uuid[], ${geofences.map(({ name }) => name)}::text[],
      ${geofences.map(({ shape }) => JSON.stringify(shape))}::text[]) AS geofence (id, name, shape)`.execute(tx);
};

/** By site and name. */
export const listGates = async (tx: Tx): Promise<Gate[]> => {
  const { rows } = await sql<Omit<Gate, 'position'> & { latitude: number; longitude: number }>`
    SELECT gate.id AS "gateId", site_id AS "siteId", gate.name, gate.latitude, gate.longitude
    FROM users.gate JOIN users.site ON site.org_id = gate.org_id AND site.id = gate.site_id
    ORDER BY site.name, gate.name, gate.id`.execute(tx);
  return rows.map(({ latitude, longitude, ...gate }) => ({ ...gate, position: { latitude, longitude } }));
};

export const insertGate = async (tx: Tx, orgId: string, { gateId, siteId, name, position }: Gate): Promise<void> => {
  await sql`
    INSERT INTO users.gate (org_id, id, site_id, name, latitude, longitude)
    VALUES (${orgId}, ${gateId}, ${siteId}, ${name}, ${position.latitude}, ${position.longitude})`.execute(tx);
};
