import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pom = join(import.meta.dirname, '../../../../../../../tests/servers/kafka/pom.xml');
const libraries = join(homedir(), '.cache/muster/kafka-3.9.1');
const startWithinMs = 90_000;
/** Small and quick to start; tests do not run long enough for the better compiler to pay. */
const jvm = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** One or three real brokers (KRaft) on 127.0.0.1, each also a controller. */
export interface KafkaCluster {
  /** `host:port` of each broker. */
  brokers: string[];
  /** The same brokers behind TLS and SASL, when asked for. */
  secure?: { brokers: string[]; ca: string; username: string; password: string };
  /** Ends a broker at once, as a power cut would. */
  kill(index: number): Promise<void>;
  /** Starts it again on its old data; resolves when it answers. */
  restart(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** What is missing on this machine to run Kafka, and how to get it; undefined when nothing is. */
export async function whatKafkaLacks(): Promise<string | undefined> {
  try {
    await run('java', ['-version']);
    if (!existsSync(libraries)) await run('mvn', ['-version']);
    return undefined;
  } catch {
    return 'Kafka needs Java and Maven: apt-get install -y --no-install-recommends openjdk-17-jre-headless maven';
  }
}

export async function startKafka(count: 1 | 3, options: { secure?: boolean } = {}): Promise<KafkaCluster> {
  await fetchLibraries();
  const folder = await mkdtemp(join(tmpdir(), 'muster-kafka-'));
  const ports = await Promise.all(
    Array.from({ length: count }, async () => [await freePort(), await freePort(), await freePort()]),
  );
  const clusterId = randomBytes(16).toString('base64url');
  const ca = options.secure === true ? await makeCertificate(folder) : undefined;
  const brokers: Broker[] = [];
  for (const [index, [port = 0, controllerPort = 0, securePort = 0]] of ports.entries()) {
    const file = join(folder, `broker-${index}.properties`);
    const voters = ports.map(([, voter], other) => `${other + 1}@127.0.0.1:${voter}`).join(',');
    const settings = { id: index + 1, count, port, controllerPort, voters, folder };
    await writeFile(file, properties(ca === undefined ? settings : { ...settings, securePort }));
    brokers.push(new Broker(file, port, join(folder, `broker-${index}.log`)));
  }
  const stop = async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const broker = (index: number): Broker => {
    const found = brokers[index];
    if (!found) throw new Error(`No broker ${index}`);
    return found;
  };
  try {
    await Promise.all(brokers.map((one) => one.format(clusterId)));
    await Promise.all(brokers.map((one) => one.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: ports.map(([port]) => `127.0.0.1:${port}`),
    ...(ca !== undefined && {
      secure: { brokers: ports.map(([, , port]) => `127.0.0.1:${port}`), ca, username, password },
    }),
    kill: (index) => broker(index).kill(),
    restart: (index) => broker(index).start(),
    stop,
  };
}

class Broker {
  readonly #file: string;
  readonly #port: number;
  readonly #logFile: string;
  #process: ChildProcess | undefined;

  constructor(file: string, port: number, logFile: string) {
    this.#file = file;
    this.#port = port;
    this.#logFile = logFile;
  }

  async format(clusterId: string): Promise<void> {
    await run('java', [
      ...jvm,
      '-cp',
      `${libraries}/*`,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      this.#file,
    ]);
  }

  async start(): Promise<void> {
    const child = spawn('java', [...jvm, '-cp', `${libraries}/*`, 'kafka.Kafka', this.#file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#process = child;
    // The port opens when the broker serves.
    const deadline = performance.now() + startWithinMs;
    while (!(await answers(this.#port))) {
      if (child.exitCode !== null) throw new Error(`The broker ended with ${child.exitCode}, see ${this.#logFile}`);
      if (performance.now() > deadline) throw new Error(`The broker does not answer, see ${this.#logFile}`);
      await sleep(100);
    }
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

/** Once per machine; a second test run that asks meanwhile fetches its own and one of them stays. */
async function fetchLibraries(): Promise<void> {
  if (existsSync(libraries)) return;
  await mkdir(dirname(libraries), { recursive: true });
  const folder = await mkdtemp(`${libraries}-`);
  await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`], {
    timeout: 300_000,
  });
  await rename(folder, libraries).catch(() => rm(folder, { recursive: true, force: true }));
}

interface BrokerSettings {
  id: number;
  count: number;
  port: number;
  controllerPort: number;
  voters: string;
  folder: string;
  securePort?: number;
}

const username = 'muster';
const password = 'test-password';

/** A certificate that signs itself, for the brokers. @returns it as PEM */
async function makeCertificate(folder: string): Promise<string> {
  const store = ['-keystore', join(folder, 'broker.p12'), '-storetype', 'PKCS12', '-storepass', password];
  const certificate = ['-alias', 'broker', '-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-ext', 'bc=ca:true'];
  await run('keytool', [
    '-genkeypair',
    ...store,
    ...certificate,
    '-keyalg',
    'RSA',
    '-keysize',
    '2048',
    '-validity',
    '2',
  ]);
  return (await run('keytool', ['-exportcert', '-rfc', '-alias', 'broker', ...store])).stdout;
}

function secureProperties(folder: string): string {
  const user = `username="${username}" password="${password}" user_${username}="${password}"`;
  return `ssl.keystore.location=${join(folder, 'broker.p12')}
ssl.keystore.type=PKCS12
ssl.keystore.password=${password}
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ${user};
`;
}

function properties({ id, count, port, controllerPort, voters, folder, securePort }: BrokerSettings): string {
  const secure = securePort === undefined ? '' : `,SASL_SSL://127.0.0.1:${securePort}`;
  const replicas = count;
  const inSync = Math.max(1, count - 1);
  return `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${voters}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${secure}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}${secure}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, `data-${id}`)}
auto.create.topics.enable=false
offsets.topic.num.partitions=3
offsets.topic.replication.factor=${replicas}
transaction.state.log.replication.factor=${replicas}
transaction.state.log.min.isr=${inSync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=4000
num.network.threads=2
num.io.threads=2
${secure === '' ? '' : secureProperties(folder)}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
