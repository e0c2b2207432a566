import { type DayCode, type DayCodeTable, dayCodes } from './day-codes.ts';

/** One day for which the member was enrolled, past or planned. A day to come has the code `NM`. */
export interface RateDay {
  /** `YYYY-MM-DD`. */
  date: string;
  codes: readonly DayCode[];
  weight: number;
}

/** One percentage and what it stands for. */
export interface RateFigure {
  credit: number;
  weight: number;
  /** credit ÷ weight, 0 to 1; null when there is nothing to divide by. */
  share: number | null;
}

/** Three answers to "how much was attended", with the days behind them. */
export interface Rate {
  /** Over the days that are decided. */
  soFar: RateFigure;
  /** Over all planned days, counting the open ones as missed. */
  overPlanned: RateFigure;
  /** What is still reachable: the open days counted as fully attended. */
  bestReachable: RateFigure;
  /** Dates that count, with the credit each one brought. */
  counted: { date: string; credit: number; weight: number }[];
  /** Dates nobody has decided yet: to come, or not marked. */
  open: string[];
  /** Dates on neither side: holidays, days off, excused. */
  leftOut: string[];
}

/**
 * Rate = Σ credit ÷ Σ weight. A day with several codes brings the smallest of their credits, and is left out when any
 * of them is. It always holds that 0 ≤ over planned ≤ so far ≤ best reachable ≤ 1.
 */
export function rate(days: readonly RateDay[], table: DayCodeTable = dayCodes): Rate {
  const result: Pick<Rate, 'counted' | 'open' | 'leftOut'> = { counted: [], open: [], leftOut: [] };
  let credit = 0;
  let weight = 0;
  let openWeight = 0;
  for (const day of [...days].sort((a, b) => a.date.localeCompare(b.date))) {
    const rules = day.codes.map((code) => table[code]);
    if (rules.length === 0 || rules.some((rule) => rule.undecided)) {
      openWeight += day.weight;
      result.open.push(day.date);
    } else if (rules.some((rule) => !rule.countsInRate)) {
      result.leftOut.push(day.date);
    } else {
      const dayCredit = day.weight * Math.min(...rules.map((rule) => rule.credit));
      credit += dayCredit;
      weight += day.weight;
      result.counted.push({ date: day.date, credit: dayCredit, weight: day.weight });
    }
  }
  return {
    soFar: figure(credit, weight),
    overPlanned: figure(credit, weight + openWeight),
    bestReachable: figure(credit + openWeight, weight + openWeight),
    ...result,
  };
}

function figure(credit: number, weight: number): RateFigure {
  return { credit, weight, share: weight > 0 ? Math.min(1, credit / weight) : null };
}
