/**
 * How long a refresh token that was just exchanged may be exchanged again: answers get lost on the way to phones.
 * The repeat is given the same successor, and only while that successor is unused.
 */
export const refreshGraceMs = 10_000;

/** A refresh token and its family as they stand in the database. Instants in epoch milliseconds. */
export interface PresentedRefresh {
  readonly nowMs: number;
  /** Of the device that presents the token now. */
  readonly deviceId: string;
  readonly session: {
    readonly deviceId: string;
    readonly endedAtMs: number | null;
    readonly endsByMs: number;
  };
  readonly token: {
    readonly expiresAtMs: number;
    readonly usedAtMs: number | null;
    /** Whether the token it was exchanged for has been exchanged in turn. */
    readonly successorUsed: boolean;
  };
}

/**
 * - `rotate`: exchange it for its successor;
 * - `repeat`: hand out the same successor once more;
 * - `ended`, `expired`: refuse, nothing else follows;
 * - `reused`, `foreign-device`: refuse and end the session, because somebody else holds a copy of the token.
 */
export type RefreshDecision = 'rotate' | 'repeat' | 'ended' | 'expired' | 'reused' | 'foreign-device';

/** What becomes of a refresh token whose hash is known to belong to the session. */
export const decideRefresh = ({ nowMs, deviceId, session, token }: PresentedRefresh): RefreshDecision => {
  if (session.endedAtMs !== null) return 'ended';
  if (deviceId !== session.deviceId) return 'foreign-device';
  if (token.usedAtMs !== null) {
    // Another process may have used it by a clock that is a little ahead of ours: that is "just now".
    const sinceUseMs = Math.max(0, nowMs - token.usedAtMs);
    const repeats = sinceUseMs <= refreshGraceMs && !token.successorUsed && nowMs < session.endsByMs;
    return repeats ? 'repeat' : 'reused';
  }
  return nowMs < Math.min(token.expiresAtMs, session.endsByMs) ? 'rotate' : 'expired';
};
