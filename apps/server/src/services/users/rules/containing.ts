/** A LIKE pattern for text that contains exactly what was typed. */
export const containing = (typed: string): string => `%${typed.trim().replace(/[\\%_]/g, '\\$&')}%`;
