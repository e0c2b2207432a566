import { describe, expect, it } from 'vitest';
import { type SignInSeen, signInAnomalies } from './sign-in-anomalies.ts';

const hourMs = 60 * 60_000;
const nowMs = Date.UTC(2026, 2, 2, 8);
const usual: SignInSeen = {
  nowMs,
  country: 'AT',
  earlier: [
    { country: 'AT', atMs: nowMs - 2 * hourMs },
    { country: null, atMs: nowMs - hourMs },
  ],
  accountsOnDevice: 1,
  isNewOnDevice: true,
};
const kinds = (changes: Partial<SignInSeen>) => signInAnomalies({ ...usual, ...changes }).map(({ kind }) => kind);

describe('a sign-in', () => {
  it('is nothing special from where one always is, nor from who knows where', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ country: null })).toEqual([]);
    expect(kinds({ earlier: [], country: 'JP' })).toEqual([]);
  });
  it('from a new country is told, a neighbour within the hour is no impossible travel', () => {
    expect(kinds({ country: 'DE' })).toEqual(['new-country']);
    expect(kinds({ country: 'CZ', earlier: [{ country: 'AT', atMs: nowMs - 60_000 }] })).toEqual(['new-country']);
  });
  it('farther away than an airliner gets is told as such', () => {
    expect(kinds({ country: 'JP' })).toEqual(['new-country', 'impossible-travel']);
    expect(kinds({ country: 'JP', earlier: [{ country: 'AT', atMs: nowMs - 14 * hourMs }] })).toEqual(['new-country']);
    const both = [
      { country: 'JP', atMs: nowMs - 500 * hourMs },
      { country: 'AT', atMs: nowMs - 2 * hourMs },
    ];
    expect(kinds({ country: 'JP', earlier: both })).toEqual(['impossible-travel']);
    expect(kinds({ country: 'JP', earlier: both.toReversed() })).toEqual(['impossible-travel']);
  });
  it('never accuses across a border, however long the countries are', () => {
    for (const [one, other] of ['US CA', 'US MX', 'RU CN', 'CN IN', 'IN PK', 'BR AR', 'FR ES', 'RU FI', 'AU NZ'].map(
      (pair) => pair.split(' '),
    )) {
      const found = kinds({
        country: other as string,
        earlier: [{ country: one as string, atMs: nowMs - 3 * hourMs }],
      });
      expect([one, other, found]).toEqual([one, other, ['new-country']]);
    }
  });
  it('of a fourth user on one device is told once, of a third it is not', () => {
    expect(kinds({ accountsOnDevice: 3 })).toEqual([]);
    expect(kinds({ accountsOnDevice: 4 })).toEqual(['many-accounts']);
    expect(kinds({ accountsOnDevice: 9, isNewOnDevice: false })).toEqual([]);
  });
  it('says in words what was seen, and what else it may be', () => {
    for (const { sentence, innocentExplanations } of signInAnomalies({
      ...usual,
      country: 'JP',
      accountsOnDevice: 5,
    })) {
      expect(sentence).toMatch(/Japan|5 accounts/);
      expect(innocentExplanations.length).toBeGreaterThan(0);
    }
  });
});
