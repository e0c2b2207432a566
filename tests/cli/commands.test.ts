import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearPlace, type Environment, freePort, makePlace, muster, takePort } from './muster.ts';

let place: string;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => clearPlace(place));

const dataIn = (name: string): Environment => ({ MUSTER_DATA: join(place, name) });

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, output } = await muster(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'serve',
      'migrate',
      'demo',
      'owner',
      'replay',
      'jobs',
      'dead-letters',
      'doctor',
      'configuration',
    ]) {
      expect(output).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('prints the reference of all variables with their defaults', async () => {
    const { code, output } = await muster(['configuration']);
    expect(code).toBe(0);
    expect(output).toMatch(/^\| `PORT` \| `3000` \| /m);
    expect(output).toMatch(/^\| `MUSTER_DEMO` \| `true` \| /m);
  });

  it.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['an unknown option', ['serve', '--bogus'], "unknown option '--bogus'"],
    [
      'an unknown service',
      ['serve', '--target=weather'],
      'there is no service weather; the services are gateway, auth,',
    ],
    ['no service', ['serve', '--target='], '--target names no service; leave it out to run all.'],
    [
      'one service on the embedded database',
      ['serve', '--target=geo'],
      'The embedded database, cache, rate limits and live messages in memory, files in a folder and',
    ],
  ])('refuses %s in a sentence, and leaves nothing behind', async (_what, args, sentence) => {
    const { code, output } = await muster(args, dataIn('refused'));
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(await readdir(place)).not.toContain('refused');
  });

  it('lets somebody run the platform, whom nobody could invite', async () => {
    const data = { ...dataIn('platform'), MUSTER_PUBLIC_URL: 'https://muster.example' };
    const nobody = await muster(['owner', '--email', 'ada@muster.example'], data);
    expect(nobody.code).toBe(1);
    expect(nobody.output).toContain('Say who it is, to let them: --name');
    const first = await muster(['owner', '--email', 'ada@muster.example', '--name', 'Ada Lovelace'], data);
    expect(first.code).toBe(0);
    expect(first.output).toMatch(/^https:\/\/muster\.example\/set-password#[\w.~-]+$/m);
    // Who has lost every way in gets another link, and is nobody new.
    const again = await muster(['owner', '--email', 'Ada@muster.example'], data);
    expect(again.code).toBe(0);
    expect(again.output).not.toBe(first.output);
  });

  it('lists what was given up', async () => {
    const jobs = await muster(['jobs'], dataIn('operations'));
    expect(jobs).toEqual({ code: 0, output: 'No job was given up.\n' });
    const letters = await muster(['dead-letters', '--consumer', 'geo.presence'], dataIn('operations'));
    expect(letters).toEqual({ code: 0, output: 'Everything is delivered.\n' });
  });

  it('refuses a data folder that is none', async () => {
    await writeFile(join(place, 'a file'), '');
    const { code, output } = await muster(['serve'], { ...dataIn('a file'), PORT: String(await freePort()) });
    expect(output).toContain('is a file, not a folder. Change its owner, or choose another data folder');
    expect(code).toBe(1);
  });

  it('refuses a database that does not answer, and names the variable', async () => {
    const [port, release] = await takePort();
    await release();
    const { code, output } = await muster(['serve'], {
      ...dataIn('elsewhere'),
      PORT: String(await freePort()),
      MUSTER_DATABASE_URL: `postgres://muster_runtime:secret@127.0.0.1:${port}/muster`,
    });
    expect(output).toContain(`No database answers at 127.0.0.1:${port}. Check MUSTER_DATABASE_URL`);
    expect(output).not.toContain('secret');
    expect(code).toBe(1);
  });

  it('needs an administrator to migrate a database elsewhere', async () => {
    const { code, output } = await muster(['migrate'], { MUSTER_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/muster' });
    expect(output).toContain('set MUSTER_DATABASE_OWNER_URL as well');
    expect(code).toBe(1);
  });
});

describe('the doctor', () => {
  it('finds nothing wrong where nothing is set up, and sets nothing up', async () => {
    const { code, output } = await muster(['doctor'], { ...dataIn('new'), PORT: String(await freePort()) });
    expect(output).toContain('nothing is set up yet: npm start will do that');
    expect(output).toContain('All is well.');
    expect(code).toBe(0);
    expect(await readdir(place)).not.toContain('new');
  });

  it('names each variable that cannot be used', async () => {
    const { code, output } = await muster(['doctor'], { PORT: 'abc', MUSTER_LOG_LEVEL: 'loud' });
    expect(output).toContain('WRONG  PORT cannot be used: it must be a whole number from 0 to 65535.');
    expect(output).toContain('WRONG  MUSTER_LOG_LEVEL cannot be used: ');
    expect(code).toBe(1);
  });

  it('sees that somebody else has the port', async () => {
    const [port, release] = await takePort();
    const { code, output } = await muster(['doctor'], { ...dataIn('new'), PORT: String(port) });
    await release();
    expect(output).toContain(`WRONG  Port ${port} is taken by another program.`);
    expect(code).toBe(1);
  });

  it('sees a folder whose passwords are lost', async () => {
    await mkdir(join(place, 'broken/postgres'), { recursive: true });
    const { code, output } = await muster(['doctor'], { ...dataIn('broken'), PORT: String(await freePort()) });
    expect(output).toMatch(/^WRONG {2}.*postgres\.secrets\.json is missing or damaged, .* Restore the file/m);
    expect(code).toBe(1);
    expect(await readdir(join(place, 'broken'))).not.toContain('muster.lock');
  });
});
