import type { Role, Tokens } from '@muster/contracts';
import { SignJWT } from 'jose';
import { accessLifetimeMs, refreshLifetimeMs } from './rules/lifetimes.ts';
import type { RefreshToken } from './rules/refresh-token.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface TokenSubject {
  readonly userId: string;
  readonly orgId: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly deviceId: string;
}

/** When a refresh token issued now expires. */
export const refreshExpiry = (at: Date, endsBy: Date): Date =>
  new Date(Math.min(at.getTime() + refreshLifetimeMs, endsBy.getTime()));

/**
 * What a client is given: a fresh access token (JWT, EdDSA; `sub` the user, `org`, `role`, `sid` the session, `dev` the
 * device) beside its refresh token.
 */
export const issueTokens =
  ({ keys, issuer }: { keys: SigningKeys; issuer: string }) =>
  async (subject: TokenSubject, refresh: { token: RefreshToken; expiresAt: Date }, at: Date): Promise<Tokens> => {
    const { kid, key } = await keys.signing();
    // JWTs count whole seconds.
    const issuedAtSeconds = Math.floor(at.getTime() / 1000);
    const expiresAtSeconds = issuedAtSeconds + accessLifetimeMs / 1000;
    const claims = { org: subject.orgId, role: subject.role, sid: subject.sessionId, dev: subject.deviceId };
    const accessToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience('muster')
      .setSubject(subject.userId)
      .setIssuedAt(issuedAtSeconds)
      .setExpirationTime(expiresAtSeconds)
      .sign(key);
    return {
      accessToken,
      accessExpiresAt: new Date(expiresAtSeconds * 1000).toISOString(),
      refreshToken: refresh.token.text,
      refreshExpiresAt: refresh.expiresAt.toISOString(),
    };
  };
export type IssueTokens = ReturnType<typeof issueTokens>;
