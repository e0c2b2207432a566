import { z } from 'zod';
import { instant, line, uuid } from './primitives.ts';

/** What somebody shows to prove that it is them, and what they set up for it. */

export const factors = ['totp', 'passkey'] as const;
export const factor = z.enum(factors);
export type Factor = z.infer<typeof factor>;

const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url');

/** Names one begun step; whoever finishes it has to be on the device that began it. */
export const challengeToken = base64url(100).min(20).meta({ description: 'opaque; of the step that was begun' });

/** As `navigator.credentials.get` and `.create` want them (WebAuthn Level 3, JSON). */
export const passkeyOptions = z.looseObject({ challenge: z.string() });
const credential = {
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.looseObject({}),
};
/** What `navigator.credentials.get` gave, as JSON. */
export const passkeyAssertion = z.looseObject({
  ...credential,
  response: z.looseObject({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(4000),
    userHandle: base64url(100).nullish(),
  }),
});
/** What `navigator.credentials.create` gave, as JSON. */
export const passkeyAttestation = z.looseObject({
  ...credential,
  response: z.looseObject({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(20_000),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

const password = z.string().min(1).max(1024);
const code = z
  .string()
  .transform((text) => text.replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'six digits'));
const byCode = z.strictObject({ kind: z.literal('code'), code });
const byPasskey = z.strictObject({ kind: z.literal('passkey'), response: passkeyAssertion });

/** The second step of a sign-in. */
export const secondFactor = z.discriminatedUnion('kind', [
  byCode,
  byPasskey,
  z.strictObject({ kind: z.literal('recovery-code'), code: z.string().min(8).max(60) }),
]);
export type SecondFactor = z.infer<typeof secondFactor>;

/** For a step-up: any one of what the account has. */
export const proof = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), password }),
  byCode,
  byPasskey.extend({ challenge: challengeToken }),
]);
export type Proof = z.infer<typeof proof>;

/** A factor that is being set up: a code from the app, or what the authenticator made. */
export const newFactor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('totp'), code }),
  z.strictObject({
    kind: z.literal('passkey'),
    name: line(60).meta({ description: 'what its owner calls it' }),
    response: passkeyAttestation,
  }),
]);
export type NewFactor = z.infer<typeof newFactor>;

/** What an app or a browser needs to set a factor up; the other one is null. */
export const factorSetUp = z.strictObject({
  totp: z
    .strictObject({
      secret: z.string().meta({ description: 'base32, to be typed where no code can be scanned' }),
      uri: z.string().meta({ description: 'otpauth://, to be shown as a QR code' }),
    })
    .nullable(),
  passkey: passkeyOptions.nullable(),
});
export type FactorSetUp = z.infer<typeof factorSetUp>;

/** Shown once; each replaces a second factor once. Null: there are some from before. */
export const recoveryCodes = z.array(z.string()).nullable();

/**
 * What `second-factor-needed` carries besides the usual: the sign-in goes on with `finishSignIn` (`prove`), or with
 * `beginSetUpAtSignIn` (`set-up`) for those of whom a second factor is asked and who have none yet.
 */
export const signInStep = z.looseObject({
  step: z.enum(['prove', 'set-up']),
  challenge: challengeToken,
  expiresAt: instant,
  /** To prove: those that the account has. To set up: those that may be chosen. */
  factors: z.array(factor),
  /** For the account's passkeys; null where it has none. */
  passkey: passkeyOptions.nullable(),
});
export type SignInStep = z.infer<typeof signInStep>;

export const passkey = z.strictObject({
  passkeyId: uuid,
  name: z.string(),
  madeAt: instant,
  lastUsedAt: instant.nullable(),
});
export type Passkey = z.infer<typeof passkey>;
