import { routes, serviceNames } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { proxiedRoutesOf } from './route-table.ts';

const all = serviceNames.flatMap((name) => proxiedRoutesOf(name));

describe('the table of forwarded routes', () => {
  it('leads every route of the contract to its service, once, with its access', () => {
    for (const { service, method, path, access, idempotency } of Object.values(routes)) {
      const found = all.filter((each) => each.method === method && each.path === path);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ service, access, idempotency });
    }
  });

  it('has nothing else but what services serve beyond it', () => {
    expect(all.filter(({ method }) => method === undefined).map(({ path }) => path)).toEqual(['/clients/*']);
    expect(all).toHaveLength(Object.keys(routes).length + 1);
  });

  it('leads nowhere for the gateway, which answers for itself', () => {
    expect(proxiedRoutesOf('gateway')).toEqual([]);
  });
});
