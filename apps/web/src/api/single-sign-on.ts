import { nowMs } from '../app/clock.ts';
import { call, routes } from './client.ts';
import { keepTokens } from './session-store.ts';

/** Remembered in this tab while the browser is at the provider: what comes back has to belong to what went. */
const stateKey = 'muster.single-sign-on';

/** Leaves the app for the organization's identity provider. */
export const leaveForProvider = async (organization: string): Promise<void> => {
  const { readyDeviceId } = await import('./device-key.ts');
  const { url } = await call(routes.beginSingleSignOn, { body: { organization, deviceId: await readyDeviceId() } });
  sessionStorage.setItem(stateKey, new URL(url).searchParams.get('state') ?? '');
  window.location.assign(url);
};

/** With what the provider has sent back in the address. Each return is used once. */
export const returnFromProvider = async (search: string): Promise<void> => {
  const state = sessionStorage.getItem(stateKey) ?? '';
  sessionStorage.removeItem(stateKey);
  const returned = Object.fromEntries(new URLSearchParams(search));
  const { asThisDevice } = await import('./device-key.ts');
  const tokens = await asThisDevice((device) => call(routes.finishSingleSignOn, { body: { device, state, returned } }));
  keepTokens(tokens, nowMs());
};
