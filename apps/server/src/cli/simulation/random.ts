export const between = (random: () => number, low: number, high: number): number => low + random() * (high - low);
