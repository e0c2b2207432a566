import { describe, expect, it } from 'vitest';
import { ConfigurationError, parseConfiguration } from './schema.ts';

const parse = (environment: Record<string, string>) => parseConfiguration(environment, '/srv/muster');

/** What processes that run some of the services share. */
const apart = {
  MUSTER_PUBLIC_URL: 'https://muster.example',
  MUSTER_DATABASE_URL: 'postgres://db/muster',
  MUSTER_REDIS_URL: 'redis://cache',
  MUSTER_S3_BUCKET: 'muster',
};
const kafka = { MUSTER_KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092' };

describe('the configuration', () => {
  it('needs nothing: one process, all nine services, an embedded database', () => {
    const configuration = parse({});
    expect(configuration).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      dataFolder: '/srv/muster/.muster',
      publicUrl: 'http://localhost:3000',
    });
    expect(configuration.targets).toHaveLength(9);
    expect(configuration.MUSTER_DATABASE_URL).toBeUndefined();
  });

  it('takes an absolute data folder and a public address without its last slash', () => {
    const configuration = parse({ MUSTER_DATA: '/data', MUSTER_PUBLIC_URL: 'https://muster.example/' });
    expect(configuration.dataFolder).toBe('/data');
    expect(configuration.publicUrl).toBe('https://muster.example');
  });

  it('takes a service named twice as one', () => {
    expect(parse({ ...apart, MUSTER_TARGETS: 'geo, geo' }).targets).toEqual([{ service: 'geo' }]);
  });

  it('takes a half of a service', () => {
    const targets = [{ service: 'geo' }, { service: 'reports', half: 'work' }];
    expect(parse({ ...apart, MUSTER_TARGETS: 'geo,reports:work' }).targets).toEqual(targets);
  });

  it('takes the addresses of services that run elsewhere', () => {
    const names = 'auth users attendance geo notifications reports fraud audit'.split(' ');
    const urls = names.map((name) => `${name}=http://${name}:3000/`).join(', ');
    const configuration = parse({ ...apart, MUSTER_TARGETS: 'gateway', MUSTER_SERVICE_URLS: urls });
    expect([...configuration.MUSTER_SERVICE_URLS]).toEqual(names.map((name) => [name, `http://${name}:3000`]));
  });

  it('takes passwords for logins apart', () => {
    const { MUSTER_DATABASE_PASSWORDS: passwords } = parse({ MUSTER_DATABASE_PASSWORDS: 'runtime=a=b, geo=c' });
    expect([...passwords]).toEqual([
      ['runtime', 'a=b'],
      ['geo', 'c'],
    ]);
  });

  it('takes keys that encrypt, and repeats none that is not one', () => {
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const text = keys.map((key) => key.toString('base64')).join(',');
    expect(parse({ MUSTER_SECRET_KEYS: text }).MUSTER_SECRET_KEYS.map((key) => Buffer.from(key))).toEqual(keys);
    expect(() => parse({ MUSTER_SECRET_KEYS: 'hunter2' })).toThrow(/^(?!.*hunter2).*32 bytes in base64/);
  });

  it('takes brokers apart', () => {
    expect(parse(kafka).MUSTER_KAFKA_BROKERS).toEqual(['kafka-1:9092', 'kafka-2:9092']);
    expect(parse({}).MUSTER_KAFKA_BROKERS).toEqual([]);
  });

  it('counts an empty variable as not set', () => {
    expect(parse({ PORT: '' }).PORT).toBe(3000);
  });

  it.each([
    ['a port that is none', { PORT: 'abc' }, /PORT cannot be used: it must be a whole number from 0 to 65535/],
    [
      'an unknown service',
      { MUSTER_TARGETS: 'geo,weather' },
      /there is no service weather; the services are gateway, /,
    ],
    ['a half that is none', { MUSTER_TARGETS: 'geo:rest' }, /they are geo:serve and geo:work/],
    ['an unknown service elsewhere', { MUSTER_SERVICE_URLS: 'weather=http://w' }, /there is no service weather/],
    ['a service without an address', { MUSTER_SERVICE_URLS: 'geo' }, /as geo=http:\/\/geo:3000 does/],
    ['an address with a path', { MUSTER_SERVICE_URLS: 'geo=http://a/geo' }, /as geo=http:\/\/geo:3000 does/],
    ['a gateway that cannot find a service', { ...apart, MUSTER_TARGETS: 'gateway' }, /like auth=http:\/\/auth:3000/],
    ['a password for nobody', { MUSTER_DATABASE_PASSWORDS: 'hunter2' }, /^(?!.*hunter2).*a list like runtime=…,geo=…/],
    [
      'services with addresses of their own',
      { ...apart, MUSTER_PUBLIC_URL: '', MUSTER_TARGETS: 'geo' },
      /^An address made of PORT serves one process only: set MUSTER_PUBLIC_URL to run the services apart, the same for/,
    ],
    ['a drain without end', { MUSTER_DRAIN_SECONDS: '60' }, /from 0 to 20/],
    ['a replica of the embedded database', { MUSTER_REPLICA_URL: 'postgres://b/c' }, /has no replica/],
    [
      'files in a folder of each process',
      { ...apart, MUSTER_S3_BUCKET: '', MUSTER_TARGETS: 'geo' },
      /MUSTER_S3_BUCKET/,
    ],
    ['no service at all', { MUSTER_TARGETS: ',' }, /MUSTER_TARGETS cannot be used: it names no service/],
    ['a switch that is neither on nor off', { MUSTER_DEMO: 'maybe' }, /MUSTER_DEMO cannot be used: it must be true or/],
    ['a database that is no PostgreSQL', { MUSTER_DATABASE_URL: 'mysql://localhost/muster' }, /MUSTER_DATABASE_URL/],
    [
      'several processes on the embedded database, and more, in one',
      { MUSTER_TARGETS: 'geo' },
      /^The embedded database, cache,.* serve one process only: set MUSTER_DATABASE_URL, MUSTER_REDIS_URL, MUSTER_S3_BUCKET and MUSTER_PUBLIC_URL to run the services apart.*\.$/,
    ],
    ['a broker without its port', { MUSTER_KAFKA_BROKERS: 'kafka-1' }, /it must be addresses like kafka-1:9092/],
    [
      'several processes with a cache in memory',
      { MUSTER_TARGETS: 'geo', MUSTER_DATABASE_URL: 'postgres://db/muster' },
      /set MUSTER_REDIS_URL/,
    ],
    ['a mail server that is none', { MUSTER_SMTP_URL: 'mail.example' }, /MUSTER_SMTP_URL cannot be used/],
    ['a Redis that is none', { MUSTER_REDIS_URL: 'http://redis:6379' }, /MUSTER_REDIS_URL cannot be used/],
    ['a numbered database of a Cluster', { MUSTER_REDIS_URL: 'redis://a/1,redis://b/1' }, /take the number off/],
    ['nodes with different passwords', { MUSTER_REDIS_URL: 'redis://:x@a,redis://:y@b' }, /must have the same user/],
    ['settings of S3 without a bucket', { MUSTER_S3_ENDPOINT: 'http://s3' }, /MUSTER_S3_BUCKET is not set/],
    ['half a key to S3', { MUSTER_S3_BUCKET: 'muster', MUSTER_S3_ACCESS_KEY_ID: 'a' }, /set both, or neither/],
    ['a key for no encryption', { MUSTER_S3_BUCKET: 'muster', MUSTER_S3_KMS_KEY: 'a' }, /MUSTER_S3_ENCRYPTION/],
    ['settings of Kafka without Kafka', { MUSTER_KAFKA_TLS: 'true' }, /MUSTER_KAFKA_BROKERS is not set/],
    ['half a sign-in to Kafka', { ...kafka, MUSTER_KAFKA_SASL_USERNAME: 'a' }, /go together: set both, or neither/],
    ['an authority without TLS', { ...kafka, MUSTER_KAFKA_TLS_CA: '/ca.pem' }, /MUSTER_KAFKA_TLS is not/],
    [
      'a password sent readable',
      {
        ...kafka,
        MUSTER_KAFKA_SASL_MECHANISM: 'PLAIN',
        MUSTER_KAFKA_SASL_USERNAME: 'a',
        MUSTER_KAFKA_SASL_PASSWORD: 'b',
      },
      /PLAIN without TLS/,
    ],
    ['an owner without a runtime', { MUSTER_DATABASE_OWNER_URL: 'postgres://a@b/c' }, /set both, or neither/],
  ])('refuses %s with a sentence that names the fix', (_what, environment, sentence) => {
    expect(() => parse(environment)).toThrow(ConfigurationError);
    expect(() => parse(environment)).toThrow(sentence);
  });
});
