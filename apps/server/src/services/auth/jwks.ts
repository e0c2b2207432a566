import type { authRoutes } from '@muster/contracts';
import type { OpenHandler } from '../../platform/http/call.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The public keys. A new one signs at once, so whoever meets an unknown `kid` has to ask again. */
export const jwks =
  (keys: SigningKeys): OpenHandler<typeof authRoutes.jwks> =>
  async (_input, { reply }) => {
    reply.header('cache-control', 'public, max-age=300');
    const published = await keys.publicKeys();
    return { keys: published.map((key) => ({ ...key, kty: key.kty ?? 'OKP', kid: key.kid ?? '' })) };
  };
