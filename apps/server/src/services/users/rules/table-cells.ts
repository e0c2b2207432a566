/**
 * Cells of tables that come from, or go to, a spreadsheet. One that begins like a formula is written with an apostrophe
 * before it (OWASP, CSV injection), and one apostrophe is taken away when it is read: whatever was written comes back.
 */
const formulaLike = /^'*[=+\-@\t\r\0＝＋－＠]/u;

/** Text that no spreadsheet runs. */
export const inertCell = (text: string): string => (formulaLike.test(text) ? `'${text}` : text);

/** The text that `inertCell` was given. */
export const plainCell = (cell: string): string =>
  cell.startsWith("'") && formulaLike.test(cell) ? cell.slice(1) : cell;

const longest = 500;

/** Null, or why what stands in a cell is not taken, in one sentence. */
export const cellFault = (cell: string): string | null => {
  if (cell.length > longest) return `There are more than ${longest} characters in it.`;
  if (/\0/.test(cell)) return 'There is a NUL character in it.';
  if (/[\u202a-\u202e\u2066-\u2069]/u.test(cell))
    return 'There is an invisible character in it that turns text around.';
  if (/^[=＝]/u.test(cell)) return 'It is a formula. Put its value there instead.';
  if (/^[+\-@＋－＠]/u.test(cell)) return 'It begins like a formula. If it is none, put an apostrophe before it.';
  if (/[\p{Cc}\p{Cs}]/u.test(cell)) return 'There is a control character or a line break in it.';
  if (cell.includes('\ufffd')) return 'Some characters could not be read: choose another encoding.';
  return null;
};
