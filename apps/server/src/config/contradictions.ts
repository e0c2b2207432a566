import { serviceNames } from '@muster/contracts';
import type { Environment, Target } from './variables.ts';

/**
 * Combinations of variables that would start and then lose or split data, each in a sentence that names the fix.
 * @param targets what the process runs
 */
export const contradictionsIn = (environment: Environment, targets: readonly Target[]): string[] => {
  const sentences: string[] = [];
  if (environment.MUSTER_DATABASE_OWNER_URL !== undefined && environment.MUSTER_DATABASE_URL === undefined) {
    sentences.push('MUSTER_DATABASE_OWNER_URL is set, but MUSTER_DATABASE_URL is not: set both, or neither.');
  }
  if (environment.MUSTER_REPLICA_URL !== undefined && environment.MUSTER_DATABASE_URL === undefined) {
    sentences.push('The embedded database has no replica: set MUSTER_DATABASE_URL, or leave MUSTER_REPLICA_URL out.');
  }
  return [
    ...sentences,
    ...contradictionsOfTargets(environment, targets),
    ...contradictionsOfKafka(environment),
    ...contradictionsOfRedis(environment),
    ...contradictionsOfS3(environment),
  ];
};

/** What services that run apart have to share. */
const contradictionsOfTargets = (environment: Environment, targets: readonly Target[]): string[] => {
  const { MUSTER_SERVICE_URLS: urls } = environment;
  const missing = serviceNames.filter(
    (name) => !targets.some(({ service, half }) => service === name && half !== 'work'),
  );
  if (missing.length === 0) return [];
  const unshared = whatOneProcessKeeps(environment);
  if (unshared.length > 0) {
    const variables = inWords(unshared.map(({ variable }) => variable));
    const things = inWords(unshared.map(({ thing }) => thing));
    return [
      `${capitalized(things)} ${unshared.length === 1 ? unshared[0]?.verb : 'serve'} one process only: set ${variables} to run the services apart, the same for all, or run all of them in one process.`,
    ];
  }
  const unreachable = missing.filter((name) => !urls.has(name));
  if (!targets.some(({ service, half }) => service === 'gateway' && half !== 'work')) return [];
  return unreachable.length === 0
    ? []
    : [
        `The gateway does not know where to find ${unreachable.join(', ')}: name them in MUSTER_SERVICE_URLS, like ${unreachable[0]}=http://${unreachable[0]}:3000.`,
      ];
};

interface Unshared {
  readonly variable: string;
  readonly thing: string;
  readonly verb: 'serves' | 'serve';
}

const whatOneProcessKeeps = (environment: Environment): Unshared[] => {
  const unshared: Unshared[] = [];
  if (environment.MUSTER_DATABASE_URL === undefined) {
    unshared.push({ variable: 'MUSTER_DATABASE_URL', thing: 'the embedded database', verb: 'serves' });
  }
  if (environment.MUSTER_REDIS_URL.length === 0) {
    const thing = 'cache, rate limits and live messages in memory';
    unshared.push({ variable: 'MUSTER_REDIS_URL', thing, verb: 'serve' });
  }
  if (environment.MUSTER_S3_BUCKET === undefined) {
    unshared.push({ variable: 'MUSTER_S3_BUCKET', thing: 'files in a folder', verb: 'serve' });
  }
  if (environment.MUSTER_PUBLIC_URL === undefined) {
    unshared.push({ variable: 'MUSTER_PUBLIC_URL', thing: 'an address made of PORT', verb: 'serves' });
  }
  return unshared;
};

const inWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const capitalized = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const contradictionsOfRedis = ({ MUSTER_REDIS_URL: urls }: Environment): string[] => {
  if (urls.length < 2) return [];
  const sentences: string[] = [];
  const nodes = urls.map((url) => new URL(url));
  if (nodes.some(({ pathname }) => Number(pathname.slice(1)) > 0)) {
    sentences.push('A Redis Cluster has no numbered databases: take the number off the addresses in MUSTER_REDIS_URL.');
  }
  if (new Set(nodes.map(({ protocol, username, password }) => `${protocol}${username}:${password}`)).size > 1) {
    sentences.push('The nodes in MUSTER_REDIS_URL must have the same user, password and use of TLS.');
  }
  return sentences;
};

const contradictionsOfS3 = (environment: Environment): string[] => {
  const { MUSTER_S3_ACCESS_KEY_ID: accessKey, MUSTER_S3_SECRET_ACCESS_KEY: secretKey } = environment;
  const { MUSTER_S3_ENDPOINT: endpoint, MUSTER_S3_ENCRYPTION: encryption, MUSTER_S3_KMS_KEY: key } = environment;
  const sentences: string[] = [];
  if (environment.MUSTER_S3_BUCKET === undefined && (endpoint ?? accessKey ?? encryption) !== undefined) {
    sentences.push('MUSTER_S3_BUCKET is not set, but other settings of S3 are: set it, or none of them.');
  }
  if ((accessKey === undefined) !== (secretKey === undefined)) {
    sentences.push('MUSTER_S3_ACCESS_KEY_ID and MUSTER_S3_SECRET_ACCESS_KEY go together: set both, or neither.');
  }
  if (key !== undefined && encryption !== 'aws:kms') {
    sentences.push('MUSTER_S3_KMS_KEY is set, but MUSTER_S3_ENCRYPTION is not `aws:kms`: set it so.');
  }
  return sentences;
};

const contradictionsOfKafka = (environment: Environment): string[] => {
  const { MUSTER_KAFKA_SASL_USERNAME: username, MUSTER_KAFKA_SASL_PASSWORD: password } = environment;
  const { MUSTER_KAFKA_TLS: tls, MUSTER_KAFKA_TLS_CA: ca } = environment;
  const sentences: string[] = [];
  if (environment.MUSTER_KAFKA_BROKERS.length === 0 && (tls || username !== undefined)) {
    sentences.push('MUSTER_KAFKA_BROKERS is not set, but other settings of Kafka are: set it, or none of them.');
  }
  if ((username === undefined) !== (password === undefined)) {
    sentences.push('MUSTER_KAFKA_SASL_USERNAME and MUSTER_KAFKA_SASL_PASSWORD go together: set both, or neither.');
  }
  if (ca !== undefined && !tls) {
    sentences.push('MUSTER_KAFKA_TLS_CA is set, but MUSTER_KAFKA_TLS is not: set it to true.');
  }
  if (username !== undefined && environment.MUSTER_KAFKA_SASL_MECHANISM === 'PLAIN' && !tls) {
    sentences.push(
      'PLAIN without TLS would send the password readable: set MUSTER_KAFKA_TLS to true, or MUSTER_KAFKA_SASL_MECHANISM to SCRAM-SHA-512.',
    );
  }
  return sentences;
};
