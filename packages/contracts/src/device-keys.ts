import { z } from 'zod';
import { line, uuid } from './primitives.ts';

/**
 * What a device proves itself with: a key pair that it makes once (ECDSA on P-256) and whose private half never leaves
 * it. Everything that is signed is a JSON array whose first element says what the signature is for, serialized as
 * RFC 8785 has it, so that no signature can pass for one of another kind.
 */

const p256Coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/, '32 bytes in base64url');

/** Of the device, as a JSON Web Key (RFC 7517). */
export const devicePublicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: p256Coordinate,
  y: p256Coordinate,
});
export type DevicePublicKey = z.infer<typeof devicePublicKey>;

/** ECDSA with SHA-256: r and s, 32 bytes each, as WebCrypto gives them. */
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, '64 bytes in base64url');
export const deviceChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a challenge');

/** That the device holds the key that belongs to it, shown whenever somebody signs in there. */
export const deviceKeyProof = z.strictObject({
  publicKey: devicePublicKey,
  challenge: deviceChallenge.meta({ description: 'from `challengeDevice`; works once' }),
  signature,
});
export type DeviceKeyProof = z.infer<typeof deviceKeyProof>;

export const deviceClaim = z.strictObject({
  /** Made by the app once, on its first start, and kept; identifies the installation. */
  deviceId: uuid,
  name: line(80).meta({ description: 'what the user would call it, for example "Pixel 9, Firefox"' }),
  /** A device without a key is never a member's own: what is scanned there waits for a supervisor. */
  key: deviceKeyProof.optional(),
});
export type DeviceClaim = z.infer<typeof deviceClaim>;

export const punchSignature = z.strictObject({
  /** Of everything that the device has ever signed: higher each time. */
  counter: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  value: signature,
});
export type PunchSignature = z.infer<typeof punchSignature>;

/** What a key's thumbprint is the SHA-256 of (RFC 7638). */
export const thumbprintInput = ({ crv, kty, x, y }: DevicePublicKey): string => JSON.stringify({ crv, kty, x, y });

/** What a device signs when somebody signs in there. */
export const deviceStatement = ({
  deviceId,
  challenge,
  thumbprint,
}: {
  readonly deviceId: string;
  readonly challenge: string;
  /** Of the public key, base64url. */
  readonly thumbprint: string;
}): string => JSON.stringify(['muster-device-v1', deviceId, challenge, thumbprint]);

/** Everything that a punch says, and who says it where; nothing of it can be changed without the key. */
export interface PunchStatement {
  readonly orgId: string;
  readonly memberId: string;
  readonly deviceId: string;
  readonly direction: 'ENTER' | 'EXIT';
  /** Of the scan at the gate: the challenge, given to this account on this device for one punch. */
  readonly nonce: string;
  /** As it is sent. */
  readonly deviceAt: string;
  readonly fix: {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracyMeters: number | null;
    readonly ageMs: number;
    readonly mock: boolean | null;
  } | null;
  readonly reason?: string | undefined;
  readonly counter: number;
}

/** What a device signs when its member punches. */
export const punchStatement = (punch: PunchStatement): string => {
  const { orgId, memberId, deviceId, direction, nonce, deviceAt, fix, reason, counter } = punch;
  const at = fix && [fix.latitude, fix.longitude, fix.accuracyMeters, fix.ageMs, fix.mock];
  const why = reason?.trim() ?? null;
  return JSON.stringify(['muster-punch-v1', orgId, memberId, deviceId, direction, nonce, deviceAt, at, why, counter]);
};
