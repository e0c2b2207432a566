import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { startS3 } from '../testing/servers/s3.ts';
import { ownServer, withServer } from '../testing/servers/with-server.ts';
import { createS3Objects, type S3Options } from './s3.ts';
import { objectsSuite } from './suite.ts';

const addressOf = (url: string) => {
  const { username, password, origin } = new URL(url);
  return {
    region: 'us-east-1',
    endpoint: origin,
    credentials: { accessKeyId: username, secretAccessKey: password },
  };
};

const openBucket = async (url: string, more: Partial<S3Options> = {}, lock = false) => {
  const admin = new S3Client({ ...addressOf(url), forcePathStyle: true });
  const bucket = `muster-${randomBytes(6).toString('hex')}`;
  await admin.send(new CreateBucketCommand({ Bucket: bucket, ...(lock ? { ObjectLockEnabledForBucket: true } : {}) }));
  const objects = createS3Objects({ ...addressOf(url), bucket, pathStyle: true, ...more });
  return { admin, bucket, objects };
};

const newKey = (): string => `${uuidv7()}/reports/${uuidv7()}.csv`;
const csv = { contentType: 'text/csv' };

withServer('s3', (url) => {
  objectsSuite('S3', async () => (await openBucket(url)).objects);

  describe('objects in S3', () => {
    it('are sent in parts when they are large', async () => {
      const { objects } = await openBucket(url);
      const chunk = randomBytes(1024 * 1024);
      const key = newKey();
      const stored = await objects.put(key, Readable.from(Array.from({ length: 20 }, () => chunk)), csv);
      const read = await objects.get(key);
      expect(stored.bytes).toBe(20 * chunk.length);
      expect(read?.object).toEqual(stored);
      expect(read && (await buffer(read.content)).subarray(-chunk.length).equals(chunk)).toBe(true);
    });

    it('are not handed out when somebody changed them', async () => {
      const { objects, admin, bucket } = await openBucket(url);
      const key = newKey();
      const { sha256 } = await objects.put(key, Buffer.from('98 %'), csv);
      const forged = { Bucket: bucket, Key: key, Body: '99 %', Metadata: { sha256 } };
      await admin.send(new PutObjectCommand(forged));
      const read = await objects.get(key);
      await expect(read && buffer(read.content)).rejects.toThrow(/not what was stored/);
    });

    it('are fetched by a link, for as long as it is valid, under the name that it gives', async ({ skip }) => {
      const { objects } = await openBucket(url);
      const key = newKey();
      await objects.put(key, Buffer.from('a,b'), csv);
      const fileName = 'Anwesenheit März.csv';
      const answer = await fetch((await objects.downloadUrl?.(key, { fileName, validForMs: 60_000 })) ?? '');
      expect(await answer.text()).toBe('a,b');
      if (url.includes('?emulator')) skip('the emulator names no file and takes expired links');
      expect(answer.headers.get('content-disposition')).toContain('Anwesenheit%20M%C3%A4rz.csv');
      const short = (await objects.downloadUrl?.(key, { fileName, validForMs: 1_000 })) ?? '';
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await fetch(short)).status).toBe(403);
      expect((await fetch(short.replace(/[?].*/, ''))).status).toBe(403);
    });

    it('stay when they are locked, also for whoever owns the bucket', async () => {
      const { objects, admin, bucket } = await openBucket(url, {}, true);
      const key = newKey();
      const lockedUntil = new Date(2_000_000_000_000);
      await objects.put(key, Buffer.from('checkpoint 1'), { contentType: 'text/plain', lockedUntil });
      const { Versions = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
      const VersionId = Versions[0]?.VersionId;
      expect(VersionId).toBeDefined();
      await expect(admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId }))).rejects.toThrow();
    });

    it('say in a sentence why they cannot be used', async ({ skip }) => {
      const { bucket } = await openBucket(url);
      const with_ = (more: Partial<S3Options>) =>
        createS3Objects({ ...addressOf(url), bucket, pathStyle: true, attempts: 1, ...more }).check();
      await expect(with_({ bucket: 'muster-nowhere' })).rejects.toThrow('there is none of that name');
      await expect(with_({ endpoint: 'http://127.0.0.1:9' })).rejects.toThrow(/cannot be used: .*ECONNREFUSED/);
      if (url.includes('?emulator')) skip('the emulator takes any secret');
      const credentials = { accessKeyId: addressOf(url).credentials.accessKeyId, secretAccessKey: 'wrong' };
      await expect(with_({ credentials })).rejects.toThrow('the credentials are refused');
    });
  });
});

describe('objects whose S3', () => {
  it('is away are not stored, and are once it is back within the tries', async ({ skip }) => {
    const server = await ownServer(startS3, skip);
    onTestFinished(server.stop);
    const { objects } = await openBucket(server.url, { attempts: 2 });
    const patient = createS3Objects({
      ...addressOf(server.url),
      bucket: (await openBucket(server.url)).bucket,
      pathStyle: true,
      attempts: 10,
    });
    await server.kill();
    await expect(objects.put(newKey(), Buffer.from('x'), csv)).rejects.toThrow();
    await expect(objects.check()).rejects.toThrow(/cannot be used/);
    const key = newKey();
    const stored = patient.put(key, Buffer.from('in the end'), csv);
    await server.restart();
    await stored;
    const read = await patient.get(key);
    expect(read && (await buffer(read.content)).toString()).toBe('in the end');
  });

  it('does not answer are given up in time', async ({ skip }) => {
    const server = await ownServer(startS3, skip);
    onTestFinished(server.stop);
    const { objects } = await openBucket(server.url, { attempts: 2, requestTimeoutMs: 300 });
    server.freeze();
    const startedAt = performance.now();
    await expect(objects.put(newKey(), Buffer.from('x'), csv)).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    server.thaw();
    await objects.put(newKey(), Buffer.from('x'), csv);
  });
});
