import type { RouteRequest, SignInStep, Tokens } from '@muster/contracts';
import { nowMs } from '../app/clock.ts';
import { call, routes } from './client.ts';
import { askForPasskey } from './passkeys.ts';
import { isProblem } from './problem.ts';
import { deviceId, deviceName, keepTokens } from './session-store.ts';

export type SecondFactor = RouteRequest<typeof routes.finishSignIn>['body']['proof'];
type NewFactor = RouteRequest<typeof routes.finishSetUpAtSignIn>['body']['factor'];

const device = () => ({ deviceId: deviceId(), name: deviceName() });

/** The step that a sign-in was refused for; null when it was refused for good. */
export const stepOf = (error: unknown): SignInStep | null =>
  isProblem(error, 'second-factor-needed') ? (error.extra as unknown as SignInStep) : null;

/** The second step; from then on every call carries the tokens. */
export const finishSignIn = async (challenge: string, proof: SecondFactor): Promise<void> => {
  keepTokens(await call(routes.finishSignIn, { body: { challenge, device: device(), proof } }), nowMs());
};

export const beginSetUp = (challenge: string, factor: 'totp' | 'passkey') =>
  call(routes.beginSetUpAtSignIn, { body: { challenge, device: device(), factor } });

/** The recovery codes have to be shown before the tokens are kept: with them the page goes on. */
export const finishSetUp = (challenge: string, factor: NewFactor) =>
  call(routes.finishSetUpAtSignIn, { body: { challenge, device: device(), factor } });

export const enter = (tokens: Tokens): void => keepTokens(tokens, nowMs());

/** Signs in by a passkey alone; false when the person cancelled. */
export const signInByPasskey = async (): Promise<boolean> => {
  const options = await call(routes.beginPasskeySignIn, { body: { deviceId: deviceId() } });
  const response = await askForPasskey(options);
  if (response === null) return false;
  keepTokens(await call(routes.signInByPasskey, { body: { device: device(), response } }), nowMs());
  return true;
};
