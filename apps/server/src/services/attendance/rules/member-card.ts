import { createHash } from 'node:crypto';
import { macText, sameText } from './code-mac.ts';
import { decodeNumber, encodeBits, encodeNumber } from './crockford.ts';

/*
 * The QR code on a member's own card, which staff scan at the gate for someone without a phone:
 *
 *   MUSTER1M.<memberRef>.<version>.<mac>
 *
 * It names nobody. A lost card is replaced by raising the member's card version.
 */

/** What is needed to make and to check one member's card. */
export interface CardKeys {
  memberId: string;
  /** See `memberRefOf`. */
  memberRef: string;
  /** At least 16 random bytes, kept on the server. */
  secret: Uint8Array;
  /** The only version that is valid; null when the member has no card. */
  cardVersion: number | null;
}

export type VerifiedCard =
  | { kind: 'card'; memberId: string; memberRef: string; version: number }
  | {
      kind: 'refused';
      code: 'code-malformed' | 'code-wrong-kind' | 'code-foreign' | 'code-revoked';
      sentence: string;
      /** Whose card it is, if it is a genuine one. */
      memberId: string | null;
    };

/** Ten characters that name a member on the card: 50 bits of the id's hash. Keep them unique per organization. */
export function memberRefOf(memberId: string): string {
  return encodeBits(createHash('sha256').update(`member:${memberId}`).digest(), 10);
}

/** The text of the card's QR code. Throws a RangeError when the member has no card. */
export function memberCard(keys: CardKeys): string {
  if (keys.cardVersion === null) {
    throw new RangeError(`Member ${keys.memberId} has no card`);
  }
  const mac = macText(keys.secret, 'member-card', keys.memberId, keys.cardVersion);
  return `MUSTER1M.${keys.memberRef}.${encodeNumber(keys.cardVersion)}.${mac}`;
}

/** Checks a scanned card. `lookup` finds a member of this organization by the card's reference. */
export function verifyMemberCard(
  text: string,
  lookup: (memberRef: string) => CardKeys | null | undefined,
): VerifiedCard {
  const parts = /^(MUSTER1[A-Z]?)\.([0-9A-Z]{1,16})\.([0-9A-Z]{1,10})\.([0-9A-Z]{1,32})$/.exec(
    text.length > 128 ? '' : text.trim().toUpperCase(),
  );
  const [, prefix, memberRef = '', versionText = '', mac = ''] = parts ?? [];
  const version = decodeNumber(versionText);
  if (prefix === 'MUSTER1' || prefix === 'MUSTER1P') {
    return refusal('code-wrong-kind', 'This is the code of a gate. Please scan the card of the member.');
  }
  if (prefix !== 'MUSTER1M' || version === null) {
    return refusal('code-malformed', 'This is not a Muster member card, or it was read only in part.');
  }
  const keys = lookup(memberRef);
  if (!keys || !sameText(mac, macText(keys.secret, 'member-card', keys.memberId, version))) {
    return refusal('code-foreign', 'This card does not belong to anyone here.');
  }
  if (version !== keys.cardVersion) {
    return refusal('code-revoked', 'This card was replaced by a newer one.', keys.memberId);
  }
  return { kind: 'card', memberId: keys.memberId, memberRef, version };
}

function refusal(
  code: 'code-malformed' | 'code-wrong-kind' | 'code-foreign' | 'code-revoked',
  sentence: string,
  memberId: string | null = null,
): VerifiedCard {
  return { kind: 'refused', code, sentence, memberId };
}
