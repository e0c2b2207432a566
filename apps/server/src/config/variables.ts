import { type ServiceName, serviceNames } from '@muster/contracts';
import { z } from 'zod';

/**
 * Every variable that Muster reads, in one place; `muster configuration` prints this as a page (docs/configuration.md).
 * An empty value counts as not set.
 */
const wholeNumber = (range: string) => ({ error: `it must be a whole number ${range}` });
const portNumber = wholeNumber('from 0 to 65535');
const port = z.coerce.number(portNumber).int(portNumber).min(0, portNumber).max(65_535, portNumber);
const countingNumber = wholeNumber('from 1 on');
const positiveInteger = z.coerce.number(countingNumber).int(countingNumber).min(1, countingNumber);
const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'it must be an address like postgres://user:password@host:5432/database',
});
const trueOrFalse = z.stringbool({ error: 'it must be true or false' });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A service that a process runs, or half of one: what answers requests, or what works in the background. */
export interface Target {
  readonly service: ServiceName;
  readonly half?: 'serve' | 'work';
}

export const allTargets: readonly Target[] = serviceNames.map((service) => ({ service }));

const targetNamed = (name: string, context: z.RefinementCtx): Target => {
  const [service = '', half, ...rest] = name.split(':');
  if (!isServiceName(service)) {
    context.addIssue(`there is no service ${service}; the services are ${serviceNames.join(', ')}`);
    return z.NEVER;
  }
  if (half === undefined) return { service };
  if ((half === 'serve' || half === 'work') && rest.length === 0) return { service, half };
  context.addIssue(`${name} is no half of a service; they are ${service}:serve and ${service}:work`);
  return z.NEVER;
};

const serviceUrlIn = (entry: string, context: z.RefinementCtx): [ServiceName, string] => {
  const [service = '', ...rest] = entry.split('=');
  const url = rest.join('=').replace(/\/+$/, '');
  if (!isServiceName(service)) {
    context.addIssue(`there is no service ${service}; the services are ${serviceNames.join(', ')}`);
  } else if (isOrigin(URL.parse(url))) return [service, url];
  else context.addIssue(`${entry} names no address, as ${service}=http://${service}:3000 does`);
  return z.NEVER;
};

/** Who signs in to the database: a process that runs all services, or one that runs one of them. */
type LoginName = 'runtime' | ServiceName;

const loginPasswordIn = (entry: string, context: z.RefinementCtx): [LoginName, string] => {
  const [login = '', ...rest] = entry.split('=');
  const password = rest.join('=');
  if (password !== '' && (login === 'runtime' || isServiceName(login))) return [login, password];
  // The entry may be a password by mistake: it is not repeated.
  context.addIssue('it must be a list like runtime=…,geo=… with the names of services');
  return z.NEVER;
};

const secretKeyIn = (text: string, context: z.RefinementCtx): Uint8Array => {
  const key = Buffer.from(text, 'base64');
  // The text may be a key: it is not repeated.
  if (key.length !== 32) context.addIssue('each key must be 32 bytes in base64');
  return key;
};

/** Paths are the contract's: an address has none of its own. */
const isOrigin = (url: URL | null): boolean =>
  url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.username === '';

const isServiceName = (name: string): name is ServiceName => (serviceNames as readonly string[]).includes(name);

export const environmentSchema = z.object({
  MUSTER_DATA: z.string().default('.muster').meta({
    description: 'Folder for everything Muster keeps: database, files, logs. Relative to where it is started.',
  }),
  HOST: z
    .string()
    .default('127.0.0.1')
    .meta({ description: 'Address to listen on; `0.0.0.0` lets phones on the network in.' }),
  PORT: port.default(3000).meta({ description: 'Port to listen on; 0 takes a free one.' }),
  MUSTER_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'it must be an address like https://muster.example' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({
      description:
        'Where users reach Muster; stands in links, set-up codes and tokens. Default: `http://localhost:PORT`.',
    }),
  MUSTER_TARGETS: list
    .transform((names, context) => [...new Set(names)].map((name) => targetNamed(name, context)))
    .pipe(z.array(z.custom<Target>()).min(1, 'it names no service'))
    .optional()
    .meta({
      description:
        'Services that this process runs, separated by commas; `reports:serve` only answers, `reports:work` only works in the background. Default: all nine.',
    }),
  MUSTER_SERVICE_URLS: list
    .transform((entries, context) => new Map(entries.map((entry) => serviceUrlIn(entry, context))))
    .default(new Map<ServiceName, string>())
    .meta({
      description:
        'Where the gateway finds the services that it does not run itself: `auth=http://auth:3000,geo=http://geo:3000,…`.',
    }),
  MUSTER_DATABASE_URL: postgresUrl.optional().meta({
    hides: 'password',
    description:
      'An external PostgreSQL, signed in as `muster_runtime`, or as `muster_<service>_login` by a process that runs this service alone. Default: the embedded one.',
  }),
  MUSTER_DATABASE_OWNER_URL: postgresUrl.optional().meta({
    hides: 'password',
    description: 'The same server, signed in as an administrator; for `muster migrate` and the first start only.',
  }),
  MUSTER_DATABASE_STATEMENTS: z
    .enum(['prepared', 'plain'], { error: 'it must be prepared or plain' })
    .default('prepared')
    .meta({
      description:
        '`prepared`: frequent statements are planned once per connection. `plain` for a pooler in transaction mode that cannot keep them, such as PgBouncer before 1.21.',
    }),
  MUSTER_DATABASE_PASSWORDS: list
    .transform((entries, context) => new Map(entries.map((entry) => loginPasswordIn(entry, context))))
    .default(new Map<LoginName, string>())
    .meta({
      hides: 'everything',
      description:
        'Passwords that migrating gives to the logins `muster_runtime` and `muster_<service>_login`: `runtime=…,geo=…`. Default: whoever runs the server takes care of them.',
    }),
  MUSTER_REPLICA_URL: postgresUrl.optional().meta({
    hides: 'password',
    description: 'A streaming replica that reports and long lists read. Default: they read the primary, too.',
  }),
  MUSTER_REPLICA_MAY_BE_AWAY: trueOrFalse.default(false).meta({
    description:
      'Whether Muster starts while the replica does not answer, and reads the primary until it does. For processes that something starts again by itself.',
  }),
  MUSTER_REPLICA_MAX_LAG_SECONDS: positiveInteger
    .default(30)
    .meta({ description: 'A replica further behind is not read until it has caught up.' }),
  MUSTER_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'it must be an address like smtp://user:password@mail.example:587' })
    .optional()
    .meta({
      hides: 'password',
      description:
        'The mail server: `smtp://user:password@host:587`, or `smtps://…:465`. Default: Muster sends no e-mail; invitations are links.',
    }),
  MUSTER_MAIL_FROM: z
    .string()
    .default('Muster <muster@localhost>')
    .meta({ description: 'From whom the e-mail is, for example `Example College <muster@example.edu>`.' }),
  MUSTER_DATABASE_POOL: positiveInteger.default(12).meta({ description: 'Connections for requests.' }),
  MUSTER_KAFKA_BROKERS: list
    .pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'it must be addresses like kafka-1:9092,kafka-2:9092')))
    .default([])
    .meta({
      description:
        'Brokers (`host:port`, separated by commas) that carry events. Default: events stay in PostgreSQL alone.',
    }),
  MUSTER_KAFKA_TLS: trueOrFalse.default(false).meta({ description: 'Whether the brokers speak TLS.' }),
  MUSTER_KAFKA_TLS_CA: z
    .string()
    .optional()
    .meta({ description: 'File with the certificate of their authority (PEM), if the system does not know it.' }),
  MUSTER_KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .default('SCRAM-SHA-512')
    .meta({ description: 'How to sign in to the brokers.' }),
  MUSTER_KAFKA_SASL_USERNAME: z.string().optional().meta({ description: 'Default: no sign-in.' }),
  MUSTER_KAFKA_SASL_PASSWORD: z
    .string()
    .optional()
    .meta({ hides: 'everything', description: 'Goes with the user name.' }),
  MUSTER_KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]{0,100}$/, 'it may hold letters, digits, dots, dashes and underscores')
    .default('muster.')
    .meta({ description: 'Stands before the names of topics and consumer groups.' }),
  MUSTER_KAFKA_PARTITIONS: positiveInteger
    .default(12)
    .meta({ description: 'Of the topic, when Muster makes it: how many processes can share one consumer.' }),
  MUSTER_KAFKA_REPLICATION: positiveInteger
    .default(3)
    .meta({ description: 'Copies of each partition, when Muster makes the topic; 1 for a single broker.' }),
  MUSTER_KAFKA_RETENTION_HOURS: positiveInteger
    .default(48)
    .meta({ description: 'How long Kafka keeps events, when Muster makes the topic.' }),
  MUSTER_REDIS_URL: list
    .pipe(
      z.array(z.url({ protocol: /^rediss?$/, error: 'it must be an address like redis://user:password@host:6379' })),
    )
    .default([])
    .meta({
      hides: 'password',
      description:
        'Redis for cache, rate limits, live messages and jobs; `rediss://` over TLS. Several addresses, separated by commas, are nodes of one Redis Cluster. Default: memory and PostgreSQL, for one process.',
    }),
  MUSTER_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'it must be the name of a bucket')
    .optional()
    .meta({ description: 'Bucket for reports and archives. Default: the folder `objects` in MUSTER_DATA.' }),
  MUSTER_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'it must be an address like https://s3.example' })
    .optional()
    .meta({ hides: 'password', description: 'An S3 server of another kind. Default: Amazon’s, for the region.' }),
  MUSTER_S3_REGION: z.string().default('us-east-1').meta({ description: 'Region of the bucket.' }),
  MUSTER_S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .meta({ hides: 'everything', description: 'Default: whatever role or profile the machine has.' }),
  MUSTER_S3_SECRET_ACCESS_KEY: z
    .string()
    .optional()
    .meta({ hides: 'everything', description: 'Goes with the access key.' }),
  MUSTER_S3_PATH_STYLE: trueOrFalse.optional().meta({
    description:
      'Whether the bucket stands in the path instead of the host name. Default: true if MUSTER_S3_ENDPOINT is set.',
  }),
  MUSTER_S3_ENCRYPTION: z
    .enum(['AES256', 'aws:kms'])
    .optional()
    .meta({ description: 'What the server is asked to encrypt with. Default: as the bucket says.' }),
  MUSTER_S3_KMS_KEY: z.string().optional().meta({ description: 'Key for `aws:kms`. Default: the account’s own.' }),
  MUSTER_SECRET_KEYS: list
    .transform((keys, context) => keys.map((key) => secretKeyIn(key, context)))
    .default([])
    .meta({
      hides: 'everything',
      description:
        'Keys that encrypt the secrets of authenticator apps, each 32 random bytes in base64 (`openssl rand -base64 32`): the first one encrypts, the others still decrypt. Default: Muster makes one and keeps it in the database, which does not protect a copy of the whole database.',
    }),
  MUSTER_REUSE_PORT: trueOrFalse.default(false).meta({
    description: 'Whether a new process may take the port over while the old one finishes (Linux).',
  }),
  MUSTER_DRAIN_SECONDS: z.coerce
    .number(countingNumber)
    .int(countingNumber)
    .min(0, countingNumber)
    .max(20, wholeNumber('from 0 to 20'))
    .default(0)
    .meta({
      description:
        'How long a process that was told to stop goes on answering, so that others notice and go elsewhere; live sockets are closed one by one meanwhile. 5 behind a load balancer.',
    }),
  MUSTER_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'How much is logged.' }),
  MUSTER_LOG_TO: z
    .enum(['file', 'stdout'])
    .default('file')
    .meta({ description: '`file`: MUSTER_DATA/logs/muster.log; `stdout`: one JSON line each, for containers.' }),
  MUSTER_TRUSTED_PROXIES: list
    .default([])
    .meta({ description: 'Addresses of proxies whose X-Forwarded-For is believed, separated by commas.' }),
  MUSTER_PRIVATE_HOSTS: list.default([]).meta({
    description:
      'Hosts in networks of your own that Muster may call for an organization, such as its identity provider: `login.school.lan,10.0.0.5`, separated by commas. Default: only the public internet.',
  }),
  MUSTER_RATE_LIMIT_PER_ADDRESS: positiveInteger
    .default(600)
    .meta({ description: 'Requests a minute from one address without sign-in.' }),
  MUSTER_RATE_LIMIT_PER_USER: positiveInteger.default(1200).meta({ description: 'Requests a minute by one user.' }),
  MUSTER_DEMO: trueOrFalse
    .default(true)
    .meta({ description: 'Whether the first start makes the demonstration organization. Turn off in production.' }),
  MUSTER_CHECK_ANSWERS: trueOrFalse
    .default(false)
    .meta({ description: 'For tests: an answer that does not fit its contract becomes an error.' }),
});

export type Environment = z.infer<typeof environmentSchema>;
