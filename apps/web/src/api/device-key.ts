import type { DeviceClaim, PunchSignature } from '@muster/contracts';
import { call, routes } from './client.ts';
import { newId } from './ids.ts';
import { isProblem } from './problem.ts';
import { deviceId, deviceName, keepDeviceId } from './session-store.ts';

/**
 * The key of this device: made here, kept by the browser so that not even this app can read its private half, and shown
 * at every sign-in and punch by signing with it. What is signed is described in `packages/contracts/src/device-keys.ts`.
 */

interface KeptKey {
  /** The key belongs to this installation; where one of the two is lost, both are made anew. */
  readonly deviceId: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: NonNullable<DeviceClaim['key']>['publicKey'];
  /** How often it has signed a punch. */
  readonly counter: number;
}
type Statement = readonly (string | number | null | readonly (number | boolean | null)[])[];

const database = 'muster-device';
const store = 'keys';
const entry = 'device';
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Remembers that there was a key: when it is gone, this is another device. */
const keyedMark = 'muster.device-keyed';

const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB refused')));
  });

const inStore = async <Result>(
  mode: IDBTransactionMode,
  work: (keys: IDBObjectStore) => Promise<Result>,
): Promise<Result> => {
  const opening = indexedDB.open(database, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(store));
  const open = await settled(opening);
  try {
    return await work(open.transaction(store, mode).objectStore(store));
  } finally {
    open.close();
  }
};

const kept = (keys: IDBObjectStore) => settled(keys.get(entry) as IDBRequest<KeptKey | undefined>);

const readKey = (): Promise<KeptKey | undefined> => inStore('readonly', kept);

const makeKey = async (): Promise<KeptKey> => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ecdsa, false, ['sign', 'verify']);
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
  if (localStorage.getItem(keyedMark) === deviceId()) keepDeviceId(newId());
  const made: KeptKey = {
    deviceId: deviceId(),
    privateKey,
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    counter: 0,
  };
  // Of two tabs that make one at once, the first wins.
  await inStore('readwrite', (keys) => settled(keys.add(made, entry)).catch(() => undefined));
  const key = (await readKey()) ?? made;
  localStorage.setItem(keyedMark, key.deviceId);
  return key;
};

/** The key, made when there is none; null where the browser keeps no keys: then punches wait for a supervisor. */
const readyKey = async (): Promise<KeptKey | null> => {
  try {
    const key = (await readKey()) ?? (await makeKey());
    if (key.deviceId !== deviceId()) keepDeviceId(key.deviceId);
    return key;
  } catch {
    return null;
  }
};

/** The id of this installation, after which it does not change until somebody has signed in. */
export const readyDeviceId = async (): Promise<string> => {
  await readyKey();
  return deviceId();
};

/** From the next sign-in on this is another device, with another key. */
export const forgetDevice = async (): Promise<void> => {
  await inStore('readwrite', (keys) => settled(keys.delete(entry))).catch(() => undefined);
  localStorage.setItem(keyedMark, deviceId());
};

const claimOf = async (key: KeptKey | null): Promise<DeviceClaim> => {
  const claim = { deviceId: deviceId(), name: deviceName() };
  if (key === null) return claim;
  const { challenge } = await call(routes.challengeDevice, { body: { deviceId: key.deviceId } });
  const statement = ['muster-device-v1', key.deviceId, challenge, await thumbprintOf(key.publicKey)];
  const { publicKey } = key;
  return { ...claim, key: { publicKey, challenge, signature: await sign(key, statement) } };
};

/**
 * Signs somebody in as the device that this is. One whose key the server knows otherwise, as after a restored backup, is
 * a new device.
 */
export const asThisDevice = async <Result>(signIn: (device: DeviceClaim) => Promise<Result>): Promise<Result> => {
  try {
    return await signIn(await claimOf(await readyKey()));
  } catch (error) {
    if (!isProblem(error, 'device-proof-refused')) throw error;
    await forgetDevice();
    return signIn(await claimOf(await readyKey()));
  }
};

interface SaidAtTheGate {
  readonly orgId: string;
  readonly memberId: string;
  readonly direction: 'ENTER' | 'EXIT';
  readonly nonce: string;
  readonly deviceAt: string;
  readonly fix: {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracyMeters: number | null;
    readonly ageMs: number;
    readonly mock: boolean | null;
  } | null;
  readonly reason?: string | undefined;
}

/** What a punch is sent with; null where this device has no key. */
export const signPunch = async (punch: SaidAtTheGate): Promise<PunchSignature | null> => {
  const key = await countUp().catch(() => null);
  if (key === null) return null;
  const { orgId, memberId, direction, nonce, deviceAt, fix, reason } = punch;
  const { counter } = key;
  const at = fix && [fix.latitude, fix.longitude, fix.accuracyMeters, fix.ageMs, fix.mock];
  const why = reason?.trim() ?? null;
  const said = [orgId, memberId, key.deviceId, direction, nonce, deviceAt, at, why, counter];
  return { counter, value: await sign(key, ['muster-punch-v1', ...said]) };
};

/** Counted before it signs, and written down: no two signatures have the same number. */
const countUp = (): Promise<KeptKey | null> =>
  inStore('readwrite', async (keys) => {
    const key = await kept(keys);
    if (key === undefined) return null;
    const counted = { ...key, counter: key.counter + 1 };
    await settled(keys.put(counted, entry));
    return counted;
  });

const sign = async ({ privateKey }: KeptKey, statement: Statement): Promise<string> =>
  base64(await crypto.subtle.sign(ecdsa, privateKey, new TextEncoder().encode(JSON.stringify(statement))));

/** RFC 7638 */
const thumbprintOf = async ({ crv, kty, x, y }: KeptKey['publicKey']): Promise<string> =>
  base64(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }))));

const base64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
