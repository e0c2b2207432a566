import { join } from 'node:path';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import { createFolderObjects } from '../platform/objects/folder.ts';
import type { ObjectStore } from '../platform/objects/port.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Objects in a bucket where one is named, else in a folder; the client of S3 is loaded only where it is used.
 * @throws ConfigurationError when S3 answers and refuses
 */
export const openObjects = async (configuration: Configuration, lifecycle: Lifecycle): Promise<ObjectStore> => {
  const { MUSTER_S3_BUCKET: bucket, MUSTER_S3_ENDPOINT: endpoint } = configuration;
  if (bucket === undefined) return createFolderObjects(join(configuration.dataFolder, 'objects'));
  const { createS3Objects, isRefusal } = await import('../platform/objects/s3.ts');
  const { MUSTER_S3_ACCESS_KEY_ID: accessKeyId, MUSTER_S3_SECRET_ACCESS_KEY: secretAccessKey } = configuration;
  const { MUSTER_S3_ENCRYPTION: kind, MUSTER_S3_KMS_KEY: keyId } = configuration;
  const objects = createS3Objects({
    bucket,
    region: configuration.MUSTER_S3_REGION,
    pathStyle: configuration.MUSTER_S3_PATH_STYLE ?? endpoint !== undefined,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
    ...(kind === undefined ? {} : { encryption: { kind, ...(keyId === undefined ? {} : { keyId }) } }),
  });
  lifecycle.started('objects', async () => objects.close());
  await objects.check().catch((error: unknown) => {
    // One that is away will come back; one that refuses will not change its mind.
    if (isRefusal(error)) throw new ConfigurationError([`${error.message} Check the MUSTER_S3_ variables.`]);
  });
  return objects;
};
