import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { createS3Objects, type S3Options } from './s3.ts';

/** What the server is asked for with one upload. */
const headersOfPut = async (encryption: NonNullable<S3Options['encryption']>): Promise<IncomingHttpHeaders> => {
  const headers = Promise.withResolvers<IncomingHttpHeaders>();
  const server = createServer((request, response) => {
    headers.resolve(request.headers);
    request.resume().on('end', () => response.setHeader('etag', '"1"').end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const objects = createS3Objects({
    bucket: 'muster',
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    pathStyle: true,
    encryption,
  });
  await objects.put(`${uuidv7()}/reports/${uuidv7()}.csv`, Buffer.from('a'), { contentType: 'text/csv' });
  objects.close();
  return headers.promise;
};

it('asks S3 to encrypt with its own key, or with one of the key service', async () => {
  expect(await headersOfPut({ kind: 'AES256' })).toMatchObject({ 'x-amz-server-side-encryption': 'AES256' });
  expect(await headersOfPut({ kind: 'aws:kms', keyId: 'alias/muster' })).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/muster',
    'x-amz-checksum-sha256': expect.any(String) as string,
  });
});
