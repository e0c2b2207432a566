import type { Actor } from './call.ts';

export interface AccessTokens {
  /** The actor of a valid, unexpired token whose session has not ended, or of a program's key; null otherwise. */
  verify(token: string): Promise<(Actor & { readonly expiresAt: Date }) | null>;
  /** Whether the session's user has shown within the last five minutes that it is them. */
  hasProvedLately(actor: Actor): Promise<boolean>;
  /** The session has ended: this process refuses its tokens from now on, the others do so within a second. */
  forgetSession(sessionId: string): void;
}
