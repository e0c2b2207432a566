/** A key signs for this long; then a new one takes over. */
export const signingPeriodMs = 90 * 24 * 60 * 60_000;
/** So long after its successor was made an old key still verifies: far longer than any token it signed lives. */
export const verifyingPeriodMs = 24 * 60 * 60_000;

export interface KeyAge {
  readonly kid: string;
  readonly createdAtMs: number;
}

/** Which of the keys signs now (null: make a new one), and which may be retired. Newest first or not does not matter. */
export const planKeys = (keys: readonly KeyAge[], nowMs: number): { signing: string | null; retire: string[] } => {
  const newestFirst = [...keys].sort((a, b) => b.createdAtMs - a.createdAtMs || a.kid.localeCompare(b.kid));
  const newest = newestFirst[0];
  const signing = newest !== undefined && nowMs - newest.createdAtMs < signingPeriodMs ? newest.kid : null;
  const retire = newestFirst
    .slice(1)
    .filter((_, index) => nowMs - (newestFirst[index]?.createdAtMs ?? nowMs) > verifyingPeriodMs)
    .map(({ kid }) => kid);
  return { signing, retire };
};
