/** The findings of a punch that are about nothing but whose phone it came from. */
const aboutDevice: ReadonlySet<string> = new Set(['device-not-bound', 'enter-held']);
/** These hold no punch that was made with a network. */
const holdNothing: ReadonlySet<string> = new Set(['clock-differs']);

/**
 * Whether a held punch waits for nothing but that its phone is approved: then that approval is what decides about it. An
 * EXIT that waits for its ENTER waits for the same.
 */
export const waitsForDevice = (findings: readonly { readonly code: string }[]): boolean => {
  const codes = findings.map(({ code }) => code).filter((code) => !holdNothing.has(code));
  return codes.includes('device-not-bound') && codes.every((code) => aboutDevice.has(code));
};
