import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  clearPlace,
  type Environment,
  freePort,
  killStarted,
  makePlace,
  muster,
  postgresOf,
  processesIn,
  type Running,
  serve,
  startScript,
  takePort,
} from './muster.ts';

/** The tests of a file run in order: they share one data folder, as the days of an installation do. */
let place: string;
let dataFolder: string;
let data: Environment;

beforeAll(async () => {
  place = await makePlace();
  dataFolder = join(place, 'data');
  data = { MUSTER_DATA: dataFolder, MUSTER_DEMO: 'true' };
});
afterEach(() => killStarted(place));
afterAll(() => clearPlace(place));

const started = async (environment: Environment = data): Promise<Running> => {
  const running = serve(await freePort(), environment);
  await running.ready();
  return running;
};

/** Exit code 0 also says that it took less than ten seconds: Muster cuts itself off after them, with another code. */
const expectCleanEnd = async (running: Running): Promise<void> => {
  const { code, output } = await running.ended();
  expect(output).toContain('Stopped.');
  expect(code).toBe(0);
  expect(await processesIn(dataFolder)).toEqual([]);
  expect(await readdir(dataFolder)).not.toContain('muster.lock');
};

const signIn = { identifier: 'office@lindenhof.example', password: 'muster-demo-2026' };
const device = { deviceId: crypto.randomUUID(), name: 'cli test' };

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends the head and half of the body; `finish` sends the rest and resolves with the answer. */
const beginSignIn = async (url: string): Promise<{ finish: () => Promise<Answer> }> => {
  const body = JSON.stringify({ ...signIn, device });
  const head = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) };
  const sent = request(`${url}/v1/auth/sign-in`, { method: 'POST', headers: head });
  const answer = new Promise<Answer>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
  });
  answer.catch(() => {});
  await new Promise<void>((resolve) => sent.write(body.slice(0, 20), () => resolve()));
  return {
    finish: () => {
      sent.end(body.slice(20));
      return answer;
    },
  };
};

describe('muster serve', () => {
  it('starts on nothing, says where it is and who may sign in, and stops on SIGTERM', async () => {
    const running = await started();
    await running.printed('Stop with Ctrl-C.');
    expect(running.output()).toMatch(/Database is ready, \d+ migrations ran/);
    expect(running.output()).toContain(`http://localhost:${new URL(running.url).port}`);
    expect(running.output()).toMatch(/office@lindenhof\.example +muster-demo-2026 +Office/);
    expect((await fetch(running.url)).headers.get('content-type')).toContain('text/html');
    running.signal('SIGTERM');
    await expectCleanEnd(running);
  });

  it('starts again on its data; others are refused its folder and its port; the doctor finds it', async () => {
    const running = await started();
    const again = await muster(['serve'], { ...data, PORT: String(await freePort()) });
    expect(again.output).toMatch(
      /Muster is running on the data folder .* already \(process \d+\)\. Stop that one first/,
    );
    expect(again.code).toBe(1);

    const port = new URL(running.url).port;
    const other = await muster(['serve'], { ...data, MUSTER_DATA: join(place, 'other'), PORT: port });
    expect(other.output).toContain(`Port ${port} is taken by another program. Stop that one, or choose another port`);
    expect(other.code).toBe(1);
    expect(await readdir(place)).toEqual(['data']);

    const doctor = await muster(['doctor'], { ...data, PORT: port });
    expect(doctor.output).toContain(`Muster is running on this data folder (process ${running.pid})`);
    expect(doctor.output).toContain(`it answers at http://127.0.0.1:${port}`);
    expect(doctor.code).toBe(0);
    const lost = await muster(['doctor'], { ...data, PORT: String(await freePort()) });
    expect(lost.output).toContain('WRONG  it does not answer at');
    expect(lost.code).toBe(1);

    running.signal('SIGINT');
    await expectCleanEnd(running);
  });

  it('finishes a request that is under way and tells live sockets to come back, then stops', async () => {
    const running = await started();
    const first = await (await beginSignIn(running.url)).finish();
    expect(first.status).toBe(200);
    const { accessToken } = JSON.parse(first.body) as { accessToken: string };
    const live = new WebSocket(`${running.url.replace('http', 'ws')}/v1/live`, ['muster.v1', `bearer.${accessToken}`]);
    const closed = new Promise<number>((resolve) => {
      live.addEventListener('close', ({ code }) => resolve(code));
    });
    await new Promise((resolve, reject) => {
      live.addEventListener('open', resolve);
      live.addEventListener('error', reject);
    });

    const slow = await beginSignIn(running.url);
    await sleep(200);
    running.signal('SIGTERM');
    expect(await closed).toBe(1012);
    await expect(fetch(`${running.url}/health/ready`)).rejects.toThrow('fetch failed');
    expect((await slow.finish()).status).toBe(200);
    await expectCleanEnd(running);
  });

  it('cuts off a request that never comes to its end', async () => {
    const running = await started();
    const stuck = await beginSignIn(running.url);
    await sleep(200);
    running.signal('SIGTERM');
    await expectCleanEnd(running);
    await expect(stuck.finish()).rejects.toThrow();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops on %s in the middle of its start', async (signal) => {
    const running = serve(await freePort(), data);
    await running.printed('Database');
    running.signal(signal);
    await expectCleanEnd(running);
  });

  it('recovers after it was killed, and after its PostgreSQL was killed, too', async () => {
    const killed = await started();
    const orphan = await postgresOf(dataFolder);
    killed.signal('SIGKILL');
    await killed.ended();
    expect(await processesIn(dataFolder)).toContain(orphan);

    const recovered = await started();
    expect(await processesIn(dataFolder)).not.toContain(orphan);
    const postgres = await postgresOf(dataFolder);
    recovered.signal('SIGKILL');
    process.kill(postgres, 'SIGKILL');
    await recovered.ended();

    const again = await started();
    expect((await (await beginSignIn(again.url)).finish()).status).toBe(200);
    again.signal('SIGTERM');
    await expectCleanEnd(again);
  });
});

describe('npm start', () => {
  it('refuses a taken port before it starts anything', async () => {
    const [port, release] = await takePort();
    const refused = serve(port, { ...data, MUSTER_DATA: join(place, 'new') }, startScript);
    const { code, output } = await refused.ended();
    await release();
    expect(output).toContain(`choose another port: PORT=${port + 1} npm start`);
    expect(code).toBe(1);
    expect(await readdir(place)).not.toContain('new');
  });

  it('hands a request to stop on, and when it is killed itself nothing stays behind', async () => {
    const stopped = serve(await freePort(), data, startScript);
    await stopped.ready();
    stopped.signal('SIGINT');
    await expectCleanEnd(stopped);

    const killed = serve(await freePort(), data, startScript);
    await killed.ready();
    killed.signal('SIGKILL');
    await killed.ended();
    for (let waitedMs = 0; (await processesIn(dataFolder)).length > 0 && waitedMs < 20_000; waitedMs += 100) {
      await sleep(100);
    }
    expect(await processesIn(dataFolder)).toEqual([]);
    expect(await readdir(dataFolder)).not.toContain('muster.lock');
  });
});
