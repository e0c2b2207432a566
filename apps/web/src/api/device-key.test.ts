import * as contracts from '@muster/contracts';
import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('virtual:contract', () => ({ ...contracts, problemCodes: Object.keys(contracts.problemCatalogue) }));

/** As much of a browser as the key needs: what is kept, and what is asked of the server. */
const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});
vi.stubGlobal('sessionStorage', localStorage);
vi.stubGlobal('window', { addEventListener: () => undefined });
vi.stubGlobal('navigator', { userAgent: 'Firefox/150 Linux' });

const rows = new Map<string, unknown>();
const answered = (result: unknown) => ({
  result,
  addEventListener: (name: string, listen: () => void) => {
    if (name !== 'error') queueMicrotask(listen);
  },
});
const keys = {
  get: (name: string) => answered(rows.get(name)),
  add: (value: unknown, name: string) => answered(rows.set(name, value)),
  put: (value: unknown, name: string) => answered(rows.set(name, value)),
  delete: (name: string) => answered(rows.delete(name)),
};
const open = {
  createObjectStore: () => keys,
  transaction: () => ({ objectStore: () => keys }),
  close: () => undefined,
};
vi.stubGlobal('indexedDB', { open: () => answered(open) });

const challenge = 'c'.repeat(43);
const expiresAt = '2031-03-04T08:05:00.000Z';
vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ challenge, expiresAt }))));

const { asThisDevice, forgetDevice, readyDeviceId, signPunch } = await import('./device-key.ts');
const { ProblemError } = await import('./problem.ts');

const claimed = () => asThisDevice((device) => Promise.resolve(device));
const proofOf = async () => {
  const { key } = await claimed();
  if (key === undefined) throw new Error('There is no key.');
  return key;
};
const fits = async (publicKey: contracts.DevicePublicKey, text: string, signature: string): Promise<boolean> => {
  const key = await crypto.subtle.importKey('jwk', publicKey, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
  const value = Uint8Array.from(atob(signature.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
    each.charCodeAt(0),
  );
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, value, new TextEncoder().encode(text));
};
const thumbprintOf = async (key: contracts.DevicePublicKey) => {
  const bytes = new TextEncoder().encode(contracts.thumbprintInput(key));
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('base64url');
};
const punch = {
  orgId: '0b9f0d9e-0000-7000-8000-000000000001',
  memberId: '0b9f0d9e-0000-7000-8000-000000000002',
  direction: 'ENTER',
  nonce: 'a nonce of the gate',
  deviceAt: '2031-03-04T08:00:00.000Z',
  fix: { latitude: 46.921_234_5, longitude: 15.1, accuracyMeters: 8, ageMs: 12, mock: null },
} as const;

describe('the key of this device', () => {
  beforeEach(() => {
    kept.clear();
    rows.clear();
  });

  it('signs what the contract says at a sign-in', async () => {
    const { deviceId, key } = contracts.deviceClaim.parse(await claimed());
    if (key === undefined) throw new Error('There is no key.');
    const thumbprint = await thumbprintOf(key.publicKey);
    const statement = contracts.deviceStatement({ deviceId, challenge, thumbprint });
    expect(await fits(key.publicKey, statement, key.signature)).toBe(true);
  });

  it('signs what the contract says at the gate, and counts', async () => {
    const { publicKey } = await proofOf();
    const deviceId = await readyDeviceId();
    const others = [punch, { ...punch, fix: null, reason: ' The bus was “late”. ' }];
    for (const [index, said] of others.entries()) {
      const { counter, value } = contracts.punchSignature.parse(await signPunch(said));
      expect(counter).toBe(index + 1);
      const statement = contracts.punchStatement({ ...said, deviceId, counter });
      expect(await fits(publicKey, statement, value)).toBe(true);
    }
  });

  it('stays the same, and is given to nobody', async () => {
    const [first, second] = [await proofOf(), await proofOf()];
    expect(second.publicKey).toEqual(first.publicKey);
    const { privateKey } = rows.get('device') as { privateKey: CryptoKey };
    expect(privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow();
  });

  it('makes another device of this one when it is lost', async () => {
    const before = await claimed();
    rows.clear();
    const after = await claimed();
    expect(after.deviceId).not.toBe(before.deviceId);
    expect(after.key?.publicKey).not.toEqual(before.key?.publicKey);
    await forgetDevice();
    expect(await readyDeviceId()).not.toBe(after.deviceId);
  });

  it('is made anew, once, when the server knows another one', async () => {
    const seen: string[] = [];
    const refused = new ProblemError({ code: 'device-proof-refused', status: 422, title: '', advice: '' });
    const signIn = ({ deviceId }: contracts.DeviceClaim) => {
      seen.push(deviceId);
      return seen.length === 1 ? Promise.reject(refused) : Promise.resolve('in');
    };
    expect(await asThisDevice(signIn)).toBe('in');
    expect(new Set(seen).size).toBe(2);
  });

  it('is missing where the browser keeps nothing: then nothing is signed', async () => {
    vi.stubGlobal('indexedDB', undefined);
    expect((await claimed()).key).toBeUndefined();
    expect(await signPunch(punch)).toBeNull();
    vi.stubGlobal('indexedDB', { open: () => answered(open) });
  });
});
