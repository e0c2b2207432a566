import { z } from 'zod';
import { tokens } from './auth.ts';
import { deviceClaim } from './device-keys.ts';
import { line, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Sign-in through the organization's own identity provider (OpenID Connect). */

const issuer = z
  .url({ protocol: /^https?$/, error: 'an address like https://login.school.example' })
  .max(300)
  .meta({ description: 'exactly as the provider names itself; http only for a server in the own network' });
const domain = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/, 'a domain like school.example');

export const identityProvider = z.strictObject({
  /** Stands on the button. */
  label: line(60),
  issuer,
  clientId: line(200),
  /** Accounts with an e-mail address of these are known by it when they come from the provider for the first time. */
  domains: z.array(domain).min(1).max(20),
});
export type IdentityProvider = z.infer<typeof identityProvider>;

const configuredProvider = z.strictObject({
  provider: identityProvider.extend({ linkedAccounts: z.number().int() }).nullable(),
  redirectUri: z.string().meta({ description: 'to be entered at the provider' }),
});

const configure = { permission: 'security.configure' } as const;

export const singleSignOnRoutes = {
  beginSingleSignOn: route({
    operation: 'beginSingleSignOn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/single-sign-on/begin',
    summary: 'Where to send the browser so that its user signs in at the organization’s own identity provider',
    access: 'public',
    body: z.strictObject({
      organization: line(80).meta({ description: 'its short name' }),
      deviceId: uuid,
    }),
    answer: z.strictObject({ url: z.string() }),
    status: 200,
    idempotency: 'natural',
    problems: ['single-sign-on-unavailable'],
  }),
  finishSingleSignOn: route({
    operation: 'finishSingleSignOn',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/single-sign-on/finish',
    summary: 'Exchange what the provider sent back for tokens; once, on the device that began',
    access: 'public',
    body: z.strictObject({
      device: deviceClaim,
      state: z.string().max(200),
      /** All query parameters of the return, `state` included. */
      returned: z.record(z.string().max(60), z.string().max(4_000)),
    }),
    answer: tokens,
    idempotency: 'natural',
    problems: ['sign-in-refused', 'step-ended', 'single-sign-on-unavailable', 'device-proof-refused'],
  }),
  readSingleSignOn: route({
    operation: 'readSingleSignOn',
    service: 'auth',
    method: 'GET',
    path: '/v1/organization/single-sign-on',
    summary: 'The organization’s identity provider, if it has one',
    access: configure,
    answer: configuredProvider,
    idempotency: 'natural',
  }),
  configureSingleSignOn: route({
    operation: 'configureSingleSignOn',
    service: 'auth',
    method: 'PUT',
    path: '/v1/organization/single-sign-on',
    summary:
      'Name the identity provider; it is asked whether it is one. Another issuer forgets whom the one before knew',
    access: configure,
    stepUp: true,
    body: identityProvider.extend({
      clientSecret: z.string().min(1).max(500).optional().meta({ description: 'left out: the one that is known' }),
    }),
    answer: configuredProvider,
    idempotency: 'natural',
    problems: ['identity-provider-unusable'],
  }),
  removeSingleSignOn: route({
    operation: 'removeSingleSignOn',
    service: 'auth',
    method: 'DELETE',
    path: '/v1/organization/single-sign-on',
    summary: 'Sign in by password and passkey alone again',
    access: configure,
    stepUp: true,
    answer: null,
    status: 204,
    idempotency: 'natural',
  }),
};
