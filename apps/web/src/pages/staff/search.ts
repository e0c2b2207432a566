import { type BoardKey, boardKeys } from './board/board-state.ts';

/** What stands in the addresses of the staff's pages; anything else is dropped. */

export interface TodaySearch {
  readonly member?: string | undefined;
  readonly group?: string | undefined;
  readonly site?: string | undefined;
  readonly state?: BoardKey | undefined;
  readonly q?: string | undefined;
  /** Narrow windows show the list or the map. */
  readonly view?: 'map' | undefined;
}
export interface PersonSearch {
  readonly date?: string | undefined;
  readonly month?: string | undefined;
}
export interface AlertsSearch {
  readonly show?: 'all' | undefined;
}

type Raw = Record<string, unknown>;
const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value : undefined;
/** Search parameters that look like numbers arrive as numbers. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 80) || undefined : undefined;
const matching = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

export const todaySearch = (raw: Raw): TodaySearch => ({
  member: idOf(raw.member),
  group: idOf(raw.group),
  site: idOf(raw.site),
  state: boardKeys.find((key) => key === raw.state),
  q: textOf(raw.q),
  view: raw.view === 'map' ? 'map' : undefined,
});

export const personSearch = (raw: Raw): PersonSearch => ({
  date: matching(raw.date, /^\d{4}-\d{2}-\d{2}$/),
  month: matching(raw.month, /^\d{4}-(0[1-9]|1[0-2])$/),
});

export const alertsSearch = (raw: Raw): AlertsSearch => ({ show: raw.show === 'all' ? 'all' : undefined });
