/** The value below which this fraction of the values lies; NaN of none. */
export const percentile = (values: readonly number[], fraction: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
};
export const median = (values: readonly number[]): number => percentile(values, 0.5);
export const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** As JSON in one line, numbers with four digits. */
export const asJson = (figures: unknown): string =>
  JSON.stringify(figures, (_name, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  );
