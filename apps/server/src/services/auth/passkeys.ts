import type { Passkey } from '@muster/contracts';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Tx } from '../../platform/database/port.ts';
import { lockPasskey, type PasskeyRow, writePasskeyUse } from './factor-store.ts';
import { bytesOfUuid, uuidOfBytes } from '../../platform/uuid-bytes.ts';

/** Passkeys (WebAuthn Level 3). The library is loaded when the first passkey is met. */
const library = () => import('@simplewebauthn/server');

/** What passkeys are bound to: they work at this address only, which is why nobody can be tricked into giving one away. */
export interface RelyingParty {
  /** The host name of the public address. */
  readonly id: string;
  readonly origin: string;
}

export const relyingPartyOf = (publicUrl: string): RelyingParty => {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, origin };
};

/** EdDSA, ES256, RS256 (COSE): what authenticators have. */
const algorithms = [-8, -7, -257];

type Options = { challenge: string } & Record<string, unknown>;
/** As the contract's schemas describe it; the library checks the rest. */
type Response = { readonly id: string };

/** For `navigator.credentials.get`. Without `allowed` the browser offers every passkey it has for this address. */
export const askForPasskey = async (party: RelyingParty, allowed: readonly PasskeyRow[] = []): Promise<Options> => {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    userVerification: 'required',
    allowCredentials: allowed.map(describe),
  });
  return options as unknown as Options;
};

/** For `navigator.credentials.create`: a passkey that can be found without a user name, and that asks its owner. */
export const askForNewPasskey = async (
  party: RelyingParty,
  user: { orgId: string; userId: string; name: string; displayName: string },
  existing: readonly PasskeyRow[],
): Promise<Options> => {
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: 'Muster',
    rpID: party.id,
    userName: user.name,
    userDisplayName: user.displayName,
    userID: handleOf(user.orgId, user.userId),
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: existing.map(describe),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return options as unknown as Options;
};

const describe = ({ credentialId, transports }: PasskeyRow) => ({
  id: credentialId.toString('base64url'),
  transports,
});

/** Organization and user: what a passkey that signs in by itself says about whose it is. No name stands in it. */
const handleOf = (orgId: string, userId: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat([bytesOfUuid(orgId), bytesOfUuid(userId)]));

/** Null for a handle that is not from here. */
export const ownerOf = (userHandle: string | null | undefined): { orgId: string; userId: string } | null => {
  const bytes = Buffer.from(userHandle ?? '', 'base64url');
  return bytes.length === 32 ? { orgId: uuidOfBytes(bytes, 0), userId: uuidOfBytes(bytes, 16) } : null;
};

/** The challenge that a passkey says it has signed; to be looked up, for it may be any text. */
export const challengeIn = (clientDataJSON: string): string | null => {
  try {
    const data = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as { challenge?: unknown };
    return typeof data.challenge === 'string' ? data.challenge : null;
  } catch {
    return null;
  }
};

export interface NewPasskey {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** Null when it does not answer this challenge, at this address, with its owner's consent. */
export const readNewPasskey = async (
  party: RelyingParty,
  response: Response,
  challenge: string,
): Promise<NewPasskey | null> => {
  const { verifyRegistrationResponse } = await library();
  const verified = await verifyRegistrationResponse({
    response: response as unknown as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => null);
  if (verified === null || !verified.verified) return null;
  const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
  return { credentialId: Buffer.from(id, 'base64url'), publicKey: Buffer.from(publicKey), counter, transports };
};

/** Whether one of the user's passkeys has signed this challenge; its use is counted, and a copy of it refused. */
export const takePasskey = async (
  tx: Tx,
  party: RelyingParty,
  { userId, response, challenge, at }: { userId: string; response: Response; challenge: string; at: Date },
): Promise<boolean> => {
  const passkey = await lockPasskey(tx, userId, Buffer.from(response.id, 'base64url'));
  if (passkey === null) return false;
  const { verifyAuthenticationResponse } = await library();
  const verified = await verifyAuthenticationResponse({
    response: response as unknown as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    credential: {
      id: response.id,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: passkey.counter,
      transports: passkey.transports,
    },
  }).catch(() => null);
  if (verified === null || !verified.verified) return false;
  await writePasskeyUse(tx, passkey.id, verified.authenticationInfo.newCounter, at);
  return true;
};

export const passkeyShown = ({ id, name, madeAt, lastUsedAt }: PasskeyRow): Passkey => ({
  passkeyId: id,
  name,
  madeAt: madeAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
