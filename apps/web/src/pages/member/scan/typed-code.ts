/**
 * Codes that people type: `XXXX-XXXX` in the letters and figures of Crockford's base 32, where O means 0 and I and L
 * mean 1; or the long text under a printed code, which begins with MUSTER.
 */

const length = 8;

const isLong = (text: string): boolean => /^M(U|$)/.test(text);

/** What stands in the field while somebody types: capital letters, the hyphen by itself. */
export const asTyping = (text: string): string => {
  const typed = text.toUpperCase().trimStart();
  if (isLong(typed)) return typed.replaceAll(/[^0-9A-Z.]/g, '');
  const characters = typed.replaceAll(/[^0-9A-Z]/g, '').slice(0, length);
  return characters.length > length / 2
    ? `${characters.slice(0, length / 2)}-${characters.slice(length / 2)}`
    : characters;
};

/** Whether it can be sent. */
export const isWhole = (text: string): boolean => {
  const typed = asTyping(text);
  return isLong(typed) ? /^MUSTER1P?\.\w+\.\w+\.\w+$/.test(typed) : typed.length === length + 1;
};
