/**
 * The state table: one colour, one icon and one word for each state, the same in lists, on the map, in charts and in
 * reports. Never by colour alone: each icon has a shape of its own.
 */

export const stateKeys = [
  'present',
  'late',
  'outside',
  'unknown',
  'not-marked',
  'absent',
  'excused',
  'holiday',
] as const;
export type StateKey = (typeof stateKeys)[number];

interface ByScheme {
  readonly light: string;
  readonly dark: string;
}

/** One stroke or filled shape of an icon, in a field of 16 × 16. */
export interface IconPart {
  readonly path: string;
  readonly filled?: boolean;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
}

export interface StateLook {
  /** Text and icon; at least 4.5 : 1 against the surface and against `soft`. */
  readonly color: ByScheme;
  /** The fill of a badge; null where the table asks for no fill. */
  readonly soft: ByScheme | null;
  readonly icon: readonly IconPart[];
  /** How the ring around a person on the map is drawn: dash lengths as parts of its circumference. */
  readonly ringDash: readonly number[] | null;
  readonly ringWidthPx: number;
}

const circle = (radius: number) =>
  `M8 ${8 - radius}A${radius} ${radius} 0 1 1 8 ${8 + radius}A${radius} ${radius} 0 1 1 8 ${8 - radius}Z`;

export const stateLooks: Record<StateKey, StateLook> = {
  present: {
    color: { light: '#17713f', dark: '#56c489' },
    soft: { light: '#e4f4ea', dark: '#19352a' },
    icon: [{ path: circle(5), filled: true }],
    ringDash: null,
    ringWidthPx: 3,
  },
  late: {
    color: { light: '#8f5200', dark: '#f0b455' },
    soft: { light: '#fdf0d9', dark: '#3a2c12' },
    icon: [{ path: circle(6) }, { path: 'M8 4.6V8.2L10.4 9.8' }],
    ringDash: null,
    ringWidthPx: 3,
  },
  outside: {
    color: { light: '#c0291f', dark: '#ff8a80' },
    soft: { light: '#fde8e6', dark: '#43211f' },
    icon: [
      { path: 'M13.31 6.58A5.5 5.5 0 1 1 9.42 2.69', strokeWidth: 2.2 },
      { path: 'M10.6 5.4L14 2', strokeWidth: 1.6 },
    ],
    ringDash: [0.8, 0.2],
    ringWidthPx: 4,
  },
  unknown: {
    color: { light: '#59636d', dark: '#a6b0b9' },
    soft: { light: '#eceff1', dark: '#2d343a' },
    icon: [{ path: circle(5.6), dash: [2.3, 2.1] }],
    ringDash: [0.06, 0.04],
    ringWidthPx: 2.5,
  },
  'not-marked': {
    color: { light: '#59636d', dark: '#a6b0b9' },
    soft: null,
    icon: [{ path: circle(5.6), strokeWidth: 1.4 }],
    ringDash: null,
    ringWidthPx: 1.5,
  },
  absent: {
    color: { light: '#8c1d18', dark: '#f3a29b' },
    soft: null,
    icon: [{ path: 'M4 4L12 12M12 4L4 12', strokeWidth: 2 }],
    ringDash: [0.02, 0.03],
    ringWidthPx: 2.5,
  },
  excused: {
    color: { light: '#1c57b5', dark: '#86b6ff' },
    soft: { light: '#e6eefb', dark: '#1d2d47' },
    icon: [{ path: 'M5.6 3H3v10h2.6M10.4 3H13v10h-2.6' }, { path: circle(1.4), filled: true }],
    ringDash: null,
    ringWidthPx: 2.5,
  },
  holiday: {
    color: { light: '#6440b0', dark: '#bda6f7' },
    soft: { light: '#f0ebfb', dark: '#2f2747' },
    icon: [
      { path: circle(2.8), filled: true },
      {
        path: 'M8 1.6V3M8 13v1.4M1.6 8H3M13 8h1.4M3.5 3.5l1 1M11.5 11.5l1 1M3.5 12.5l1-1M11.5 4.5l1-1',
        strokeWidth: 1.4,
      },
    ],
    ringDash: null,
    ringWidthPx: 2.5,
  },
};
