import type { TestProject } from 'vitest/node';
import { ServerMissing } from './programs.ts';
import { startRedis, startRedisCluster } from './redis.ts';
import { startS3 } from './s3.ts';
import { removeAbandoned } from './server-process.ts';

/** A server of this run, or why there is none. */
export type TestServer = { readonly url: string } | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    redis: TestServer;
    redisCluster: TestServer;
    s3: TestServer;
  }
}

/** Vitest's globalSetup for `*.server.test.ts`: one of each server per run. A Redis given by its address is flushed. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const started: { stop(): Promise<void> }[] = [];
  const provide = async (
    name: 'redis' | 'redisCluster' | 's3',
    variable: string,
    start: () => Promise<{ readonly url: string; stop(): Promise<void> }>,
  ): Promise<void> => {
    const given = process.env[variable];
    if (given !== undefined && given !== '') return project.provide(name, { url: given });
    try {
      const server = await start();
      started.push(server);
      project.provide(name, { url: server.url });
    } catch (error) {
      if (!(error instanceof ServerMissing)) throw error;
      project.provide(name, { missing: `${error.message}, or set ${variable}` });
    }
  };
  const tearDown = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  try {
    await provide('redis', 'MUSTER_TEST_REDIS_URL', startRedis);
    await provide('redisCluster', 'MUSTER_TEST_REDIS_CLUSTER', startRedisCluster);
    await provide('s3', 'MUSTER_TEST_S3_URL', startS3);
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
