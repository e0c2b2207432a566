import { serviceNames } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../config/schema.ts';
import { planFleet } from './plan.ts';

const environment = {
  PORT: '4000',
  HOST: '0.0.0.0',
  MUSTER_PUBLIC_URL: 'https://muster.example',
  MUSTER_DATABASE_URL: 'postgres://muster_runtime:secret@db:5432/muster',
  MUSTER_DATABASE_OWNER_URL: 'postgres://admin:secret@db:5432/muster',
  MUSTER_DATABASE_PASSWORDS: 'runtime=secret,geo=own@secret',
  MUSTER_REDIS_URL: 'redis://cache',
  MUSTER_S3_BUCKET: 'muster',
};
const plan = planFleet(parseConfiguration(environment, '/srv'));
const processOf = (name: string) => plan.find(({ service }) => service === name);

describe('the fleet', () => {
  it('runs each service in a process of its own, on a port of its own', () => {
    expect(plan.map(({ service }) => service)).toEqual(serviceNames);
    expect(plan.map(({ port }) => port)).toEqual([4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008]);
  });

  it('tells each process what it can start with', () => {
    for (const { service, port, environment: own } of plan) {
      const configuration = parseConfiguration({ ...environment, ...own }, '/srv');
      expect(configuration).toMatchObject({ targets: [{ service }], PORT: port, publicUrl: 'https://muster.example' });
      expect(configuration.MUSTER_DATABASE_OWNER_URL).toBeUndefined();
    }
  });

  it('lets the gateway find the others, which nobody else reaches', () => {
    const gateway = parseConfiguration({ ...environment, ...processOf('gateway')?.environment }, '/srv');
    expect(gateway.MUSTER_SERVICE_URLS.get('geo')).toBe('http://127.0.0.1:4004');
    expect(gateway.MUSTER_SERVICE_URLS.size).toBe(8);
    expect(gateway.HOST).toBe('0.0.0.0');
    expect(processOf('geo')?.environment).toMatchObject({ HOST: '127.0.0.1' });
  });

  it('signs a service in as itself where its password is known', () => {
    const url = 'postgres://muster_geo_login:own%40secret@db:5432/muster';
    expect(processOf('geo')?.environment['MUSTER_DATABASE_URL']).toBe(url);
    expect(processOf('auth')?.environment).not.toHaveProperty('MUSTER_DATABASE_URL');
  });
});
