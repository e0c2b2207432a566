const longestWaitMs = 30_000;

/**
 * How long to wait before the n-th try. Half of it is chance, so that a thousand phones do not come back in the same
 * second after a restart.
 */
export const reconnectDelayMs = (attempt: number, random: number): number => {
  const ceiling = Math.min(longestWaitMs, 1_000 * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
};
