import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodeBits } from './crockford.ts';

/** 16 characters of 5 bits: 80 bits cannot be guessed, and still make a small QR code. */
const macCharacters = 16;

/** What a code is for. It is part of what is authenticated, so that no code can pass for one of another kind. */
export type CodePurpose = 'gate-rotating' | 'gate-printed' | 'gate-typed' | 'member-card';

/** HMAC-SHA256 over purpose, subject (a gate's or a member's id) and counter (time step or version). */
export function macBytes(secret: Uint8Array, purpose: CodePurpose, subjectId: string, counter: number): Uint8Array {
  if (secret.length < 16) {
    throw new RangeError('A code secret needs at least 16 bytes');
  }
  // JSON keeps the three parts apart whatever they contain.
  return createHmac('sha256', secret)
    .update(JSON.stringify([purpose, subjectId, counter]))
    .digest();
}

/** The code's proof: 80 bits of the HMAC in Crockford's base 32. */
export function macText(secret: Uint8Array, purpose: CodePurpose, subjectId: string, counter: number): string {
  return encodeBits(macBytes(secret, purpose, subjectId, counter), macCharacters);
}

/** Compares in a time that tells nothing about where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
