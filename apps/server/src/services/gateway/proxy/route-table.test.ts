import { type RouteDefinition, routes, serviceNames } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { proxiedRoutesOf } from './route-table.ts';

const all = serviceNames.flatMap((name) => proxiedRoutesOf(name));
const ofOthers = Object.values<RouteDefinition>(routes).filter(({ service }) => service !== 'gateway');

describe('the table of forwarded routes', () => {
  it('leads every route of another service to it, once, with its access', () => {
    for (const { service, method, path, access, idempotency } of ofOthers) {
      const found = all.filter((each) => each.method === method && each.path === path);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ service, access, idempotency });
    }
  });

  it('has nothing else but what services serve beyond it', () => {
    expect(all.filter(({ method }) => method === undefined).map(({ path }) => path)).toEqual(['/clients/*']);
    expect(all).toHaveLength(ofOthers.length + 1);
  });

  it('leads nowhere for the gateway, which answers for itself', () => {
    expect(proxiedRoutesOf('gateway')).toEqual([]);
  });
});
