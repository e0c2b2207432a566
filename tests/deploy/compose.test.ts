import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Configuration, parseConfiguration } from '../../apps/server/src/config/schema.ts';
import { environmentSchema } from '../../apps/server/src/config/variables.ts';
import { serviceNames } from '../../packages/contracts/src/index.ts';

const folder = join(import.meta.dirname, '../../deploy');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface ComposeService {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string | string[];
  environment?: Record<string, string | number>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
  networks?: string[] | Record<string, { ipv4_address?: string }>;
  volumes?: string[];
}
interface Compose {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
  networks?: Record<string, unknown>;
}

/** `.env` as the example says how to make it. */
const variables = new Map(
  [...read('.env.example').matchAll(/^([A-Z_\d]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    name.endsWith('_PASSWORD') ? `secret${name.toLowerCase().replaceAll('_', '')}` : value,
  ]),
);

const reference = /\$\{([A-Z_\d]+)(?::[-?]([^}]*))?\}/g;
const optional = new Set(['MUSTER_IMAGE']);

/** What Compose makes of it. @throws Error for a variable that the example does not have */
const load = (name: string): Compose => {
  const text = read(name).replaceAll(reference, (_whole, variable: string, fallback = '') => {
    const value = variables.get(variable);
    if (value === undefined && !optional.has(variable)) throw new Error(`${variable} is not in .env.example`);
    return value === undefined || value === '' ? String(fallback) : value;
  });
  return parse(text, { merge: true, maxAliasCount: -1 }) as Compose;
};

const ofMuster = ({ services }: Compose): [string, ComposeService][] =>
  Object.entries(services).filter(([, { build }]) => build !== undefined);
const configurationOf = ({ environment = {} }: ComposeService): Configuration =>
  parseConfiguration(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
    '/data',
  );
const runsOnce = ({ healthcheck }: ComposeService): boolean => healthcheck?.disable === true;

describe.each(['compose.yaml', 'compose.small.yaml'])('%s', (file) => {
  const compose = load(file);

  it('configures Muster with what Muster knows', () => {
    for (const [name, service] of ofMuster(compose)) {
      for (const variable of Object.keys(service.environment ?? {})) {
        expect(Object.keys(environmentSchema.shape), `of ${name}`).toContain(variable);
      }
      expect(() => configurationOf(service), name).not.toThrow();
    }
  });

  it('builds every process of Muster from the Dockerfile, and pins what is not ours', () => {
    for (const [name, { image, build }] of Object.entries(compose.services)) {
      if (build === undefined) expect(image, name).toMatch(/^[\w.-]+\/[\w./-]+:v?\d[\w.-]*$/);
      else
        expect({ image, build }).toEqual({
          image: 'muster',
          build: { context: '..', dockerfile: 'deploy/Dockerfile' },
        });
    }
  });

  it('gives nobody more than is needed', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
      expect(service.read_only, name).toBe(!name.startsWith('kafka-'));
      expect(service.deploy?.resources.limits, name).toMatchObject({
        cpus: expect.any(String),
        memory: expect.any(String),
      });
    }
    const published = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual([file === 'compose.yaml' ? 'gateway' : 'muster']);
  });

  it('knows of everyone whether they are well, and waits for those it can wait for', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      if (service.build === undefined && !runsOnce(service)) expect(service.healthcheck?.test, name).toBeDefined();
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const other = compose.services[needed];
        expect(other, needed).toBeDefined();
        expect(condition).toBe(other && runsOnce(other) ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('names only volumes and files that there are', () => {
    const used = new Set<string>();
    for (const { volumes = [] } of Object.values(compose.services)) {
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        if (source.startsWith('./')) expect(() => read(source)).not.toThrow();
        else used.add(source);
      }
    }
    expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

describe('compose.yaml', () => {
  const compose = load('compose.yaml');
  const services = ofMuster(compose).filter(([, service]) => !runsOnce(service));

  it('runs each of the nine services once, under its name and with its login', () => {
    expect(services.map(([name]) => name).sort()).toEqual([...serviceNames].sort());
    for (const [name, service] of services) {
      const { targets, MUSTER_DATABASE_URL: database, MUSTER_REPLICA_URL: replica, PORT } = configurationOf(service);
      expect(targets).toEqual([{ service: name }]);
      expect(PORT).toBe(3000);
      for (const [url, host] of [
        [database, 'postgres'],
        [replica, 'postgres-replica'],
      ] as const) {
        expect(new URL(url ?? '')).toMatchObject({
          username: `muster_${name}_login`,
          hostname: host,
          pathname: '/muster',
        });
      }
    }
  });

  it('tells the gateway where the others are, and the others whose word to believe', () => {
    const others = serviceNames.filter((name) => name !== 'gateway');
    const gateway = compose.services['gateway'] as ComposeService;
    expect(configurationOf(gateway).MUSTER_SERVICE_URLS).toEqual(
      new Map(others.map((name) => [name, `http://${name}:3000`])),
    );
    const { inside } = gateway.networks as Record<string, { ipv4_address?: string }>;
    for (const [name, service] of services) {
      if (name !== 'gateway') expect(configurationOf(service).MUSTER_TRUSTED_PROXIES).toEqual([inside?.ipv4_address]);
    }
  });

  it('gives every login the password that the service signs in with', () => {
    const passwords = configurationOf(compose.services['migrate'] as ComposeService).MUSTER_DATABASE_PASSWORDS;
    for (const [name, service] of services) {
      const { MUSTER_DATABASE_URL: url = '' } = configurationOf(service);
      expect(passwords.get(name as 'auth')).toBe(new URL(url).password);
    }
  });

  it('names servers that there are', () => {
    const { MUSTER_KAFKA_BROKERS: brokers, MUSTER_REDIS_URL: redis } = configurationOf(services[0]![1]);
    for (const broker of brokers) expect(Object.keys(compose.services)).toContain(broker.split(':')[0]);
    const addresses = Object.values(compose.services).flatMap(({ networks }) =>
      Array.isArray(networks) || networks === undefined ? [] : (networks['inside']?.ipv4_address ?? []),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const url of redis) expect(addresses).toContain(new URL(url).hostname);
  });
});

describe('.env.example', () => {
  it('holds what is asked for, and nothing else', () => {
    const asked = new Set(
      ['compose.yaml', 'compose.small.yaml'].flatMap((file) =>
        [...read(file).matchAll(reference)].map(([, name]) => name),
      ),
    );
    expect(new Set([...variables.keys(), ...optional])).toEqual(asked);
  });
});

describe('the Dockerfile', () => {
  it('takes its base from outside, and runs as nobody in particular', () => {
    const lines = read('Dockerfile')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.slice(0, 2)).toEqual(['ARG BASE=docker.io/library/node:24-trixie-slim', 'FROM ${BASE} AS manifests']);
    expect(lines).toContain('USER 10001:10001');
    expect(lines).toContain('STOPSIGNAL SIGTERM');
  });
});
