/** Rows under their headings, as wide as what stands in them; the last column takes what is left of the line. */
export const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [headings, ...rows].map((cells) => cells.map(onOneLine));
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const last = headings.length - 1;
  return lines
    .map((cells) => cells.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
    .join('\n');
};

/** Reasons may come from anywhere: nothing in them may move the cursor of a terminal. */
const onOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
