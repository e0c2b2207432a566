import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onPath, ServerMissing } from './programs.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

const execute = promisify(execFile);
const pom = join(import.meta.dirname, '../../../../../../tests/servers/kafka/pom.xml');
const libraries = join(homedir(), '.cache/muster/kafka-3.9.1');
const fetchWithinMs = 300_000;
/** Three at once on two busy cores take their time. */
const startWithinMs = 120_000;
/** Small and quick to start; tests do not run long enough for the better compiler to pay. */
const java = `java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp '${libraries}/*'`;

/** What keeps Kafka from running here, and how to get it; undefined when nothing does. */
export const whatKafkaLacks = (): string | undefined => {
  const fetched = existsSync(libraries);
  if (onPath('java') !== undefined && (fetched || onPath('mvn') !== undefined)) return undefined;
  return 'Java or Maven is missing: apt-get install openjdk-17-jre-headless maven';
};

/** One or three real brokers (KRaft), each also a controller. */
export interface KafkaCluster {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[];
  /** The same brokers behind TLS and SASL, when asked for. */
  readonly secure?: {
    readonly brokers: readonly string[];
    readonly ca: string;
    readonly username: string;
    readonly password: string;
  };
  readonly nodes: readonly ServerProcess[];
  stop(): Promise<void>;
}

export const startKafka = async (count: 1 | 3, options: { secure?: boolean } = {}): Promise<KafkaCluster> => {
  const lacks = whatKafkaLacks();
  if (lacks !== undefined) throw new ServerMissing(lacks);
  await fetchLibraries();
  const certificate = options.secure === true ? await makeCertificate() : undefined;
  const clusterId = makeClusterId();
  const controllers: number[] = [];
  while (controllers.length < count) controllers.push(await freePort());
  const securePorts: number[] = [];
  while (certificate && securePorts.length < count) securePorts.push(await freePort());
  const starting = controllers.map((_, index) =>
    startServer({
      program: { kind: 'native', file: '/bin/sh' },
      args: (folder, port) => {
        const node = {
          index,
          port,
          controllers,
          folder,
          securePort: securePorts[index],
          keyStore: certificate?.keyStore,
        };
        return ['-c', script(propertiesOf(node), clusterId)];
      },
      startWithinMs,
    }),
  );
  const settled = await Promise.allSettled(starting);
  const nodes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    if (certificate) await rm(certificate.folder, { recursive: true, force: true });
  };
  for (const one of settled) {
    if (one.status === 'fulfilled') continue;
    await stop();
    throw one.reason;
  }
  const local = (port: number): string => `127.0.0.1:${port}`;
  return {
    brokers: nodes.map(({ port }) => local(port)),
    ...(certificate && { secure: { brokers: securePorts.map(local), ca: certificate.ca, username, password } }),
    nodes,
    stop,
  };
};

/** Its text must not begin with a dash, which Kafka's tool would take for an option: hence seven bits of the first byte. */
const makeClusterId = (): string => {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f);
  return bytes.toString('base64url');
};

/** Once per machine. Of two test runs that fetch at the same time, one keeps its own. */
const fetchLibraries = async (): Promise<void> => {
  if (existsSync(libraries)) return;
  await mkdir(dirname(libraries), { recursive: true });
  const folder = await mkdtemp(`${libraries}-`);
  await execute('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`], {
    timeout: fetchWithinMs,
  });
  await rename(folder, libraries).catch(() => rm(folder, { recursive: true, force: true }));
};

/** Formats the folder where that has not been done; then the shell becomes the broker. */
const script = (properties: string, clusterId: string): string => `cat > kraft.properties <<'END'
${properties}
END
${java} kafka.tools.StorageTool format --ignore-formatted --cluster-id=${clusterId} -c kraft.properties && exec ${java} kafka.Kafka kraft.properties`;

interface Node {
  readonly index: number;
  readonly port: number;
  readonly controllers: readonly number[];
  readonly folder: string;
  readonly securePort: number | undefined;
  readonly keyStore: string | undefined;
}

const propertiesOf = ({ index, port, controllers, folder, securePort, keyStore }: Node): string => {
  const count = controllers.length;
  const secure = securePort === undefined ? '' : `,SASL_SSL://127.0.0.1:${securePort}`;
  return `process.roles=broker,controller
node.id=${index + 1}
controller.quorum.voters=${controllers.map((controller, other) => `${other + 1}@127.0.0.1:${controller}`).join(',')}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllers[index]}${secure}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}${secure}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${folder}/data
auto.create.topics.enable=false
offsets.topic.num.partitions=3
offsets.topic.replication.factor=${count}
transaction.state.log.replication.factor=${count}
transaction.state.log.min.isr=${Math.max(1, count - 1)}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=4000
num.network.threads=2
num.io.threads=2
${keyStore === undefined ? '' : signInProperties(keyStore)}`;
};

const username = 'muster';
const password = 'test-password';

const signInProperties = (keyStore: string): string => {
  const user = `username="${username}" password="${password}" user_${username}="${password}"`;
  return `ssl.keystore.location=${keyStore}
ssl.keystore.type=PKCS12
ssl.keystore.password=${password}
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ${user};`;
};

/** A certificate that signs itself, for the brokers. */
const makeCertificate = async (): Promise<{ folder: string; keyStore: string; ca: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-certificate-'));
  const keyStore = join(folder, 'broker.p12');
  const store = ['-alias', 'broker', '-keystore', keyStore, '-storetype', 'PKCS12', '-storepass', password];
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-ext', 'bc=ca:true'];
  await execute('keytool', ['-genkeypair', ...store, ...names, '-keyalg', 'RSA', '-keysize', '2048', '-validity', '2']);
  const { stdout: ca } = await execute('keytool', ['-exportcert', '-rfc', ...store]);
  return { folder, keyStore, ca };
};
