import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Starts one embedded PostgreSQL for all database tests and stops it afterwards. */
const databaseSetup = 'apps/server/src/platform/database/testing/global-setup.ts';

/** Starts Redis, a Redis Cluster and an S3 server likewise. */
const serversSetup = 'apps/server/src/platform/testing/servers/global-setup.ts';

/**
 * The tests sit beside the code: `*.test.ts` needs nothing but Node, `*.db.test.ts` a real PostgreSQL, `*.server.test.ts`
 * the real servers of a large deployment.
 */
const sources = '{apps,packages}/*/{src,scripts,bench,build}';
const outside = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: [`${sources}/**/*.test.{ts,tsx}`, 'tests/deploy/**/*.test.ts'],
          exclude: [...outside, '**/*.db.test.ts', '**/*.server.test.ts'],
          // Property tests are honest work: on a busy machine they take their time.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'db',
          include: [`${sources}/**/*.db.test.ts`],
          exclude: outside,
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          ...(existsSync(databaseSetup) ? { globalSetup: [databaseSetup] } : {}),
        },
      },
      {
        test: {
          name: 'servers',
          include: [`${sources}/**/*.server.test.ts`],
          exclude: outside,
          // Servers are started and killed here: one file at a time, or two cores are not enough.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: [databaseSetup, serversSetup],
        },
      },
      {
        test: {
          name: 'gates',
          include: ['tests/gates/**/*.test.ts'],
          exclude: outside,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cli',
          include: ['tests/cli/**/*.test.ts'],
          exclude: outside,
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'access',
          include: ['tests/access/**/*.test.ts'],
          exclude: outside,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'image',
          include: ['tests/image/**/*.test.ts'],
          exclude: outside,
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['tests/acceptance/**/*.test.ts'],
          exclude: outside,
          globalSetup: ['tests/acceptance/target.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // The same suite against nine processes; what kills its own Muster needs no other.
          name: 'nine',
          include: ['tests/acceptance/**/*.test.ts'],
          exclude: [...outside, 'tests/acceptance/ledger.test.ts'],
          globalSetup: ['tests/nine/target.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // Starts, and breaks, a fleet of its own.
          name: 'faults',
          include: ['tests/nine/**/*.test.ts'],
          exclude: outside,
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude: outside,
          // The same Muster and the same cast as for the acceptance tests, but a process of its own.
          globalSetup: ['tests/acceptance/target.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
