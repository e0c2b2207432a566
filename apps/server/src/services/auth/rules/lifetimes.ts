export const accessLifetimeMs = 10 * 60_000;
/** A session that is not used for so long ends. */
export const refreshLifetimeMs = 30 * 24 * 60 * 60_000;
/** A session ends after this at the latest, however often it is used. */
export const sessionLifetimeMs = 180 * 24 * 60 * 60_000;
/** How long a proof (password, code, passkey) holds for what asks for a recent one; the verifier has the same. */
export const proofLifetimeMs = 5 * 60_000;
