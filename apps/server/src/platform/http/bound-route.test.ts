import { routes } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { signedIn, verb } from './bound-route.ts';

describe('a route that needs an Idempotency-Key', () => {
  it('is bound as a verb, or not at all: elsewhere the key would mean nothing', () => {
    const never = () => Promise.reject(new Error('never called'));
    expect(verb(routes.openKiosk, never).mode).toBe('verb');
    expect(() => signedIn(routes.openKiosk, never)).toThrow(/openKiosk has to be a verb/);
  });
});
