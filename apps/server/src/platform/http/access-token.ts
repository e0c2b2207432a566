import type { Actor } from './call.ts';

export interface AccessTokens {
  /** The actor of a valid, unexpired token whose session has not ended; null otherwise. */
  verify(token: string): Promise<(Actor & { readonly expiresAt: Date }) | null>;
}
