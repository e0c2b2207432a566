import type { SignalKind } from '@muster/contracts';

/** What lies behind a kind of signal. */
export type CauseGroup = 'device-integrity' | 'movement' | 'identity' | 'repetition' | 'context';

/** How one kind of signal is scored. An organization may change all numbers. */
export interface SignalRule {
  name: string;
  /** Points of one signal, before they decay. */
  points: number;
  /** Staff are alerted when the recent points of this kind reach this number. */
  alertAt: number;
  /** After this many days a signal weighs half. */
  halfLifeDays: number;
  causeGroup: CauseGroup;
}

export type SignalTable = Readonly<Record<SignalKind, SignalRule>>;

const halfLifeDays = 14;

export const signalRules: SignalTable = {
  'fake-gps': { name: 'Fake GPS', points: 30, alertAt: 30, halfLifeDays, causeGroup: 'device-integrity' },
  'impossible-travel': { name: 'Impossible travel', points: 25, alertAt: 25, halfLifeDays, causeGroup: 'movement' },
  'proxy-attendance': { name: 'Proxy attendance', points: 40, alertAt: 40, halfLifeDays, causeGroup: 'identity' },
  'several-devices': { name: 'Several devices', points: 20, alertAt: 20, halfLifeDays, causeGroup: 'identity' },
  'repeated-manual-attendance': {
    name: 'Repeated manual attendance',
    points: 10,
    alertAt: 30,
    halfLifeDays,
    causeGroup: 'repetition',
  },
  'scan-outside-window': {
    name: 'Scan outside the window',
    points: 5,
    alertAt: 20,
    halfLifeDays,
    causeGroup: 'context',
  },
  'geo-violation': { name: 'Geo violation', points: 5, alertAt: 25, halfLifeDays, causeGroup: 'movement' },
};

/**
 * One piece of evidence. It invites a look and proves nothing: the member sees it, may answer, and a person confirms
 * or dismisses it.
 */
export interface Signal {
  kind: SignalKind;
  points: number;
  /** Signals with the same key have one cause, and count once. */
  causeKey: string;
  observedAtMs: number;
  /** What was seen, in words that a teacher understands. */
  sentence: string;
  /** How it may have come about without anybody cheating. */
  innocentExplanations: readonly string[];
  facts: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/** Fills in the points of a signal's kind. */
export function signalOf(signal: Omit<Signal, 'points'>, table: SignalTable = signalRules): Signal {
  return { ...signal, points: table[signal.kind].points };
}

/**
 * The cause of everything that a phone says about its position: one bad receiver may look like a mock app and like
 * impossible travel, and must not be counted for both. `owner` is the device or, where it is not known, the member.
 */
export function positionCause(owner: string): string {
  return `position:${owner}`;
}
