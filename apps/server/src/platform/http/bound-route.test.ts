import { routes } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { reading, signedIn, verb } from './bound-route.ts';
import type { Verb } from './call.ts';

describe('a route that needs an Idempotency-Key', () => {
  it('is bound as a verb, or not at all: elsewhere the key would mean nothing', () => {
    const never = () => Promise.reject(new Error('never called'));
    expect(verb(routes.openKiosk, never).mode).toBe('verb');
    expect(() => signedIn(routes.openKiosk, never)).toThrow(/openKiosk has to be a verb/);
  });
});

describe('a route that may read a replica', () => {
  const never = () => Promise.reject(new Error('never called'));

  it('is one whose contract says that it may lag', () => {
    expect(reading(routes.listAuditEntries, never).mode).toBe('reading');
    expect(() => reading(routes.listMembers, never)).toThrow(/listMembers has to be a GET whose contract/);
    expect(() => reading(routes.revokePrintedCode, never)).toThrow(/revokePrintedCode has to be/);
  });

  it('does not know its caller’s ties, so it cannot ask who is within reach', () => {
    const byReach: Verb<typeof routes.listAuditEntries> = never;
    // @ts-expect-error a verb may ask
    expect(reading(routes.listAuditEntries, byReach).mode).toBe('reading');
  });
});
