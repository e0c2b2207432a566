import { type Delimiter, delimiters } from '@muster/contracts';

/**
 * What separates the cells of a CSV: that which parts the first lines into most cells, equally many in each. A comma
 * when nothing does: a list of one column.
 */
export const detectDelimiter = (text: string): Delimiter => {
  const lines = text
    .slice(0, 64_000)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => separatorsIn(line, delimiter));
    const first = counts[0] ?? 0;
    const alike = counts.filter((count) => count === first).length / Math.max(1, counts.length);
    // Commas inside names differ from line to line; what separates is the same in all.
    const score = first === 0 ? 0 : first * alike ** 4;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
};

/** Those outside quotation marks. */
const separatorsIn = (line: string, delimiter: Delimiter): number => {
  let count = 0;
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) count += 1;
  }
  return count;
};
