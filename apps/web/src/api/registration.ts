import type { RegistrationCode } from '@muster/contracts';
import { nowMs } from '../app/clock.ts';
import { call, routes } from './client.ts';
import { asThisDevice } from './device-key.ts';
import { keepTokens } from './session-store.ts';

/** Uses a code; from then on every call carries the tokens. */
export const register = async (by: RegistrationCode, password: string | null): Promise<void> => {
  const words = { by, ...(password === null ? {} : { password }) };
  keepTokens(await asThisDevice((device) => call(routes.register, { body: { ...words, device } })), nowMs());
};
