import { geoRoutes } from '@muster/contracts';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryCache } from '../../platform/cache/memory.ts';
import { systemClock } from '../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import type { Jobs } from '../../platform/jobs/port.ts';
import type { Ports } from '../../platform/service.ts';
import { geoService } from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

it('answers every route of its contract, and its jobs run on an empty database', async () => {
  const ports = {
    database: db.database,
    clock: systemClock,
    cache: createMemoryCache(systemClock),
    events: {},
    telemetry: { metrics: new Registry(), log: {} },
    settings: { publicUrl: 'https://muster.example.org', webRoot: '' },
  } as unknown as Ports;
  const service = geoService.create(ports);
  expect(service.routes.map(({ route }) => route.operation).sort()).toEqual(Object.keys(geoRoutes).sort());
  expect(service.consumers?.map(({ name }) => name)).toEqual([
    'geo.presence',
    'geo.watching',
    'geo.consent-withdrawals',
    'geo.lost-phones',
  ]);

  await service.start?.();
  const { rows } = await db.ownerPool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_inherits WHERE inhparent = 'geo.position'::regclass`,
  );
  expect(rows[0]?.count).toBe(11);

  const jobs = new Map<string, () => Promise<void>>();
  service.jobs?.({ every: (name, _everyMs, work) => jobs.set(name, work) } as Pick<Jobs, 'every'> as Jobs);
  expect([...jobs.keys()]).toEqual(['geo.partitions', 'geo.retention', 'geo.silence']);
  for (const work of jobs.values()) await work();
  await service.stop?.();
  expect(await ports.telemetry.metrics.metrics()).toContain('muster_geo_waiting_fixes 0');
});
