import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  NoSuchKey,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Measured, measure, verified } from './measure.ts';
import { type AboutObject, isObjectKey, type ObjectStore } from './port.ts';

/** S3 takes parts from 5 MiB. Four of them are on their way at once. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 4;

export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  /** Default: Amazon's. */
  readonly endpoint?: string;
  /** Default: whatever the machine's role, environment or profile gives. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** What the server encrypts with, beyond its own default. */
  readonly encryption?: { readonly kind: 'AES256' } | { readonly kind: 'aws:kms'; readonly keyId?: string };
  /** Tries of one request, the first included. Default 5. */
  readonly attempts?: number;
  /** For one answer. Default 30 s. */
  readonly requestTimeoutMs?: number;
}

/** Objects in a bucket, each with its SHA-256 among its metadata; what is read is compared with it. */
export const createS3Objects = (options: S3Options): ObjectStore & { close(): void } => {
  const { bucket } = options;
  const client = new S3Client({
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    forcePathStyle: options.pathStyle,
    maxAttempts: options.attempts ?? 5,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      throwOnRequestTimeout: true,
    },
  });
  const checked = (key: string): string => {
    if (!isObjectKey(key)) throw new Error(`"${key}" is not an object key.`);
    return key;
  };

  const upload = async (key: string, body: Buffer | Readable, about: AboutObject, sha256: string): Promise<void> => {
    const params: PutObjectCommandInput = {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: about.contentType,
      Metadata: { sha256 },
      // Each part is compared by the server with a checksum that we send along.
      ChecksumAlgorithm: 'SHA256',
      ...encryptionOf(options),
      ...(about.lockedUntil === undefined
        ? {}
        : { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: about.lockedUntil }),
    };
    await new Upload({ client, params, partSize: partBytes, queueSize: partsAtOnce }).done();
  };

  return {
    put: async (key, content, about) => {
      checked(key);
      // The metadata goes first, so the whole must have been measured before; and a stream could not be sent twice.
      return spooled(content, async (body, measured) => {
        await upload(key, body, about, measured.sha256);
        return { key, contentType: about.contentType, ...measured };
      });
    },
    get: async (key) => {
      const found = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: checked(key) }))
        .catch((error: unknown) => {
          if (error instanceof NoSuchKey) return null;
          throw error;
        });
      if (found === null) return null;
      const sha256 = found.Metadata?.['sha256'] ?? '';
      const bytes = found.ContentLength ?? 0;
      const object = { key, contentType: found.ContentType ?? 'application/octet-stream', bytes, sha256 };
      return { object, content: verified(found.Body as Readable, object) };
    },
    delete: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: checked(key) }));
    },
    downloadUrl: (key, { fileName, validForMs }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: checked(key),
          ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
        }),
        { expiresIn: Math.max(1, Math.floor(validForMs / 1000)) },
      ),
    check: async () => {
      await client.send(new HeadBucketCommand({ Bucket: bucket })).catch((cause: unknown) => {
        throw new BucketError(bucket, cause);
      });
    },
    close: () => client.destroy(),
  };
};

const encryptionOf = ({ encryption }: S3Options): Partial<PutObjectCommandInput> => {
  if (encryption === undefined) return {};
  if (encryption.kind === 'AES256' || encryption.keyId === undefined) return { ServerSideEncryption: encryption.kind };
  return { ServerSideEncryption: encryption.kind, SSEKMSKeyId: encryption.keyId };
};

/** A bucket that cannot be used, and why. */
class BucketError extends Error {
  override name = 'BucketError';
  readonly refused: boolean;

  constructor(bucket: string, cause: unknown) {
    const refusal = refusalOf(cause);
    const reason = refusal ?? (cause instanceof Error ? cause.message || cause.name : String(cause));
    super(`The bucket ${bucket} cannot be used: ${reason}.`, { cause });
    this.refused = refusal !== undefined;
  }
}

/** True when S3 answered, and said no. */
export const isRefusal = (error: unknown): error is Error => error instanceof BucketError && error.refused;

/** A HEAD has no body to explain itself: the status must do. */
const refusalOf = (error: unknown): string | undefined => {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === 403) return 'the credentials are refused';
  if (status === 404) return 'there is none of that name';
  if (status === 301) return 'it is in another region';
  return undefined;
};

/** A stream is kept in a temporary file while `work` needs it. */
const spooled = async <T>(
  content: Buffer | Readable,
  work: (body: Buffer | Readable, measured: Measured) => Promise<T>,
): Promise<T> => {
  let measured: Measured = { bytes: 0, sha256: '' };
  const meter = measure((result) => {
    measured = result;
  });
  if (Buffer.isBuffer(content)) {
    await pipeline(Readable.from([content]), meter, drain);
    return work(content, measured);
  }
  const folder = await mkdtemp(join(tmpdir(), 'muster-upload-'));
  try {
    const file = join(folder, 'content');
    await pipeline(content, meter, createWriteStream(file, { mode: 0o600 }));
    return await work(createReadStream(file, { highWaterMark: 1024 * 1024 }), measured);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const drain = async (source: AsyncIterable<unknown>): Promise<void> => {
  for await (const _chunk of source);
};
