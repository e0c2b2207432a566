import { z } from 'zod';
import { permission, role, tie, vocabulary } from './access.ts';
import {
  challengeToken,
  factor,
  factorSetUp,
  newFactor,
  passkeyAssertion,
  passkeyOptions,
  recoveryCodes,
  secondFactor,
} from './auth-factors.ts';
import { instant, line, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Sign-in and tokens. What users do about their own security stands in auth-security.ts. */

export const deviceClaim = z.strictObject({
  /** Made by the app once, on its first start, and kept; identifies the installation. */
  deviceId: uuid,
  name: line(80).meta({ description: 'what the user would call it, for example "Pixel 9, Firefox"' }),
});

export const tokens = z.strictObject({
  accessToken: z.string().meta({ description: 'JWT, valid ten minutes at most' }),
  accessExpiresAt: instant,
  refreshToken: z.string().meta({ description: 'opaque; each is used once' }),
  refreshExpiresAt: instant,
});
export type Tokens = z.infer<typeof tokens>;

export const profile = z.strictObject({
  userId: uuid,
  displayName: z.string(),
  role,
  number: z.string().nullable(),
  email: z.string().nullable(),
  organization: z.strictObject({ id: uuid, name: z.string(), slug: z.string(), vocabulary }),
  device: z.strictObject({ deviceId: uuid, bound: z.boolean() }),
  /** What they hold now, and through which ties; what is not named they do not hold. */
  permissions: z.partialRecord(permission, z.array(tie)),
});
export type Profile = z.infer<typeof profile>;

export const authRoutes = {
  signIn: route({
    operation: 'signIn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/sign-in',
    summary: 'Sign in by e-mail or number and password',
    access: 'public',
    body: z.strictObject({
      identifier: line(200).meta({ description: 'e-mail address, or roll or employee number' }),
      password: z.string().min(1).max(1024),
      organization: line(80)
        .optional()
        .meta({ description: 'its short name; needed with a number when several exist' }),
      device: deviceClaim,
    }),
    answer: tokens,
    idempotency: 'natural',
    problems: ['sign-in-refused', 'second-factor-needed'],
  }),
  finishSignIn: route({
    operation: 'finishSignIn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/sign-in/second-factor',
    summary: 'The second step of a sign-in, where `second-factor-needed` says `prove`',
    access: 'public',
    body: z.strictObject({ challenge: challengeToken, device: deviceClaim, proof: secondFactor }),
    answer: tokens,
    idempotency: 'natural',
    problems: ['proof-refused', 'step-ended'],
  }),
  beginSetUpAtSignIn: route({
    operation: 'beginSetUpAtSignIn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/sign-in/set-up',
    summary: 'Begin to set up the second factor without which there is no sign-in (`set-up`)',
    access: 'public',
    body: z.strictObject({ challenge: challengeToken, device: deviceClaim, factor }),
    answer: factorSetUp,
    idempotency: 'natural',
    problems: ['step-ended'],
  }),
  finishSetUpAtSignIn: route({
    operation: 'finishSetUpAtSignIn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/sign-in/set-up/finish',
    summary: 'Set the second factor up, and be signed in',
    access: 'public',
    body: z.strictObject({ challenge: challengeToken, device: deviceClaim, factor: newFactor }),
    answer: z.strictObject({ tokens, recoveryCodes }),
    idempotency: 'natural',
    problems: ['proof-refused', 'step-ended'],
  }),
  beginPasskeySignIn: route({
    operation: 'beginPasskeySignIn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/passkey-sign-in/begin',
    summary: 'What a passkey has to sign to sign in by itself',
    access: 'public',
    body: z.strictObject({ deviceId: uuid }),
    answer: passkeyOptions,
    idempotency: 'natural',
  }),
  signInByPasskey: route({
    operation: 'signInByPasskey',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/passkey-sign-in',
    summary: 'Sign in by a passkey alone',
    access: 'public',
    body: z.strictObject({ device: deviceClaim, response: passkeyAssertion }),
    answer: tokens,
    idempotency: 'natural',
    problems: ['sign-in-refused'],
  }),
  readPasswordLink: route({
    operation: 'readPasswordLink',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/password-link',
    summary: 'For whom a link sets a password, and what is asked of it',
    access: 'public',
    body: z.strictObject({ token: challengeToken }),
    answer: z.strictObject({ displayName: z.string(), organizationName: z.string(), minLength: z.number().int() }),
    idempotency: 'natural',
    problems: ['link-ended'],
  }),
  setPasswordByLink: route({
    operation: 'setPasswordByLink',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/password-link/use',
    summary: 'Set the password, once; all sessions of the account end',
    access: 'public',
    body: z.strictObject({ token: challengeToken, password: z.string().min(1).max(1024) }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['link-ended', 'password-unsuitable'],
  }),
  refresh: route({
    operation: 'refresh',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    access: 'public',
    body: z.strictObject({ refreshToken: z.string().min(20).max(200), deviceId: uuid }),
    answer: tokens,
    idempotency: 'natural',
    problems: ['session-ended'],
  }),
  signOut: route({
    operation: 'signOut',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/sign-out',
    summary: 'End this session; its tokens stop working',
    access: 'signed-in',
    answer: null,
    status: 204,
    idempotency: 'natural',
  }),
  jwks: route({
    operation: 'jwks',
    service: 'auth',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The public keys that verify access tokens (RFC 7517)',
    access: 'public',
    answer: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }),
    idempotency: 'natural',
  }),
  whoAmI: route({
    operation: 'whoAmI',
    service: 'users',
    method: 'GET',
    path: '/v1/me',
    summary: 'Who is signed in',
    access: 'signed-in',
    answer: profile,
    idempotency: 'natural',
  }),
};
