/** What an identity provider says of who has signed in there (OpenID Connect Core 1.0, 5.1). */
export interface Claims {
  readonly email?: unknown;
  readonly email_verified?: unknown;
}

/**
 * The e-mail address by which an account may be found for somebody who comes from the provider for the first time. Null
 * unless the provider says that it has verified it, and it is of a domain for which the organization trusts it: an
 * address that anybody may enter at the provider would open anybody's account here. Nothing else of the claims is used:
 * roles and groups are Muster's own.
 */
export const vouchedAddress = (
  { email, email_verified: verified }: Claims,
  domains: readonly string[],
): string | null => {
  if (typeof email !== 'string' || verified !== true) return null;
  const parts = email.split('@');
  const domain = parts.at(-1)?.toLowerCase() ?? '';
  // A quoted local part may hold an @: such an address is nobody's here.
  return parts.length === 2 && parts[0] !== '' && domains.includes(domain) ? email : null;
};
