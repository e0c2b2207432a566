import type { RouteRequest, SignInStep, Tokens } from '@muster/contracts';
import { nowMs } from '../app/clock.ts';
import { call, routes } from './client.ts';
import { askForPasskey } from './passkeys.ts';
import { isProblem } from './problem.ts';
import { deviceId, deviceName, keepTokens } from './session-store.ts';

export type SecondFactor = RouteRequest<typeof routes.finishSignIn>['body']['proof'];
type NewFactor = RouteRequest<typeof routes.finishSetUpAtSignIn>['body']['factor'];

const device = () => ({ deviceId: deviceId(), name: deviceName() });
const deviceKey = () => import('./device-key.ts');

/** The step that a sign-in was refused for; null when it was refused for good. */
export const stepOf = (error: unknown): SignInStep | null =>
  isProblem(error, 'second-factor-needed') ? (error.extra as unknown as SignInStep) : null;

/** The second step; from then on every call carries the tokens. */
export const finishSignIn = async (challenge: string, proof: SecondFactor): Promise<void> => {
  const { asThisDevice } = await deviceKey();
  const tokens = await asThisDevice((on) => call(routes.finishSignIn, { body: { challenge, device: on, proof } }));
  keepTokens(tokens, nowMs());
};

export const beginSetUp = (challenge: string, factor: 'totp' | 'passkey') =>
  call(routes.beginSetUpAtSignIn, { body: { challenge, device: device(), factor } });

/** The recovery codes have to be shown before the tokens are kept: with them the page goes on. */
export const finishSetUp = async (challenge: string, factor: NewFactor) => {
  const { asThisDevice } = await deviceKey();
  return asThisDevice((on) => call(routes.finishSetUpAtSignIn, { body: { challenge, device: on, factor } }));
};

export const enter = (tokens: Tokens): void => keepTokens(tokens, nowMs());

/** Signs in by a passkey alone; false when the person cancelled. */
export const signInByPasskey = async (): Promise<boolean> => {
  const { asThisDevice, readyDeviceId } = await deviceKey();
  const options = await call(routes.beginPasskeySignIn, { body: { deviceId: await readyDeviceId() } });
  const response = await askForPasskey(options);
  if (response === null) return false;
  keepTokens(await asThisDevice((on) => call(routes.signInByPasskey, { body: { device: on, response } })), nowMs());
  return true;
};
