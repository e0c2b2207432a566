import { z } from 'zod';
import { role, vocabulary } from './access.ts';
import { instant, line, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Sign-in and sessions. */

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
    problems: ['sign-in-refused'],
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
