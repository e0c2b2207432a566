import type { Profile, Tokens } from '@muster/contracts';
import { deviceNowMs } from '../app/clock.ts';
import { newId } from './ids.ts';

/**
 * What this installation remembers. The access token lives in memory only; the refresh token is kept, so that a
 * reload does not sign anybody out, and each is used once. Other tabs see a change through storage.
 */

const refreshKey = 'muster.refresh';
const deviceKey = 'muster.device';
const profileKey = 'muster.profile';

let access: { readonly token: string; readonly expiresAtMs: number } | null = null;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** Calls back whenever somebody signs in or out, in this tab or another. */
export const onSessionChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

window.addEventListener('storage', (event) => {
  if (event.key !== refreshKey || (event.oldValue !== null && event.newValue !== null)) return;
  access = null;
  tell();
});

/** Made on the first start and kept; the server binds punches to it. */
export const deviceId = (): string => {
  const known = localStorage.getItem(deviceKey);
  if (known) return known;
  const made = newId();
  localStorage.setItem(deviceKey, made);
  return made;
};

/** From the next sign-in on, this installation is another device, or the one again that it was. */
export const keepDeviceId = (id: string): void => localStorage.setItem(deviceKey, id);

/** A name that its owner recognizes in a list of devices. */
export const deviceName = (): string => {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Browser';
  const system = /Android/.test(agent)
    ? 'Android'
    : /iPhone|iPad/.test(agent)
      ? 'iPhone'
      : /Mac/.test(agent)
        ? 'Mac'
        : /Windows/.test(agent)
          ? 'Windows'
          : 'Linux';
  return `${browser}, ${system}`;
};

export const readRefreshToken = (): string | null => localStorage.getItem(refreshKey);

/** The access token, unless it ends within ten seconds. */
export const readAccessToken = (): string | null =>
  access && access.expiresAtMs - deviceNowMs() > 10_000 ? access.token : null;

/** How long the tokens live counts from now by this device's clock, which may be wrong by hours. */
export const keepTokens = (tokens: Tokens, serverAtMs: number): void => {
  const lifetimeMs = Date.parse(tokens.accessExpiresAt) - serverAtMs;
  const isNew = readRefreshToken() === null;
  access = { token: tokens.accessToken, expiresAtMs: deviceNowMs() + lifetimeMs };
  localStorage.setItem(refreshKey, tokens.refreshToken);
  if (isNew) tell();
};

export const forgetTokens = (): void => {
  access = null;
  localStorage.removeItem(refreshKey);
  localStorage.removeItem(profileKey);
  tell();
};

/** Drops the access token only, so that the next call fetches a fresh one. */
export const dropAccessToken = (): void => {
  access = null;
};

/** Who was signed in last, so that the app opens without a network. */
export const readKeptProfile = (): Profile | null => {
  try {
    return JSON.parse(localStorage.getItem(profileKey) ?? 'null') as Profile | null;
  } catch {
    return null;
  }
};

export const keepProfile = (profile: Profile): void => localStorage.setItem(profileKey, JSON.stringify(profile));
