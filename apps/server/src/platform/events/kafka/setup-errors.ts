import type { KafkaAddress } from './address.ts';
import { type TopicSettings, topicName } from './topic-settings.ts';

/** What went wrong while Kafka was set up, in a sentence that names the fix. */
export function fixFor(error: unknown, { brokers, sasl }: KafkaAddress, settings: TopicSettings): string {
  const causes = [...causesOf(error)];
  const is = (...codes: string[]) => causes.some(({ code, apiId }) => codes.includes(apiId ?? code ?? ''));
  const where = brokers.join(', ');
  const topic = topicName(settings);
  if (is('INVALID_REPLICATION_FACTOR')) {
    return `Kafka has fewer brokers than the ${settings.replicas} copies asked for: start more brokers, or set MUSTER_KAFKA_REPLICATION to how many there are.`;
  }
  if (is('TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED')) {
    return `Kafka does not let ${sasl?.username ?? 'Muster'} create or read the topic ${topic}: grant it, or create the topic beforehand.`;
  }
  if (is('SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE')) {
    return 'Kafka refuses the credentials: check MUSTER_KAFKA_SASL_MECHANISM, MUSTER_KAFKA_SASL_USERNAME and MUSTER_KAFKA_SASL_PASSWORD.';
  }
  if (causes.some(({ code }) => /CERT|UNABLE_TO_VERIFY/.test(code ?? ''))) {
    return `The certificate of the Kafka broker at ${where} is not trusted: set MUSTER_KAFKA_TLS_CA to a file with the certificate of its authority.`;
  }
  if (causes.some(({ message }) => message?.startsWith('TLS handshake failed'))) {
    return `The Kafka broker at ${where} does not speak TLS: set MUSTER_KAFKA_BROKERS to a port that does, or MUSTER_KAFKA_TLS to false.`;
  }
  if (causes.some(({ message }) => message === 'Broker requires TLS.')) {
    return `The Kafka broker at ${where} speaks TLS only: set MUSTER_KAFKA_TLS to true, or MUSTER_KAFKA_BROKERS to a port without it.`;
  }
  if (causes.some(({ message }) => message === 'Connection closed')) {
    return `The Kafka broker at ${where} hangs up: set MUSTER_KAFKA_TLS to true if it wants TLS, and MUSTER_KAFKA_SASL_USERNAME and MUSTER_KAFKA_SASL_PASSWORD if it wants a sign-in.`;
  }
  if (is('PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT')) {
    return `No Kafka broker answers at ${where}: start Kafka, or set MUSTER_KAFKA_BROKERS to where it listens.`;
  }
  return `The topic ${topic} cannot be made ready: ${error instanceof Error ? error.message : String(error)}`;
}

interface Cause {
  code?: string;
  apiId?: string;
  message?: string;
  cause?: unknown;
  errors?: unknown[];
}

/** The client packs errors into errors, one for each broker and try. */
function* causesOf(error: unknown): Generator<Cause> {
  if (typeof error !== 'object' || error === null) return;
  const cause: Cause = error;
  yield cause;
  yield* causesOf(cause.cause);
  for (const inner of cause.errors ?? []) yield* causesOf(inner);
}
