import type { ReportedPosition } from '@muster/contracts';
import type { PositionBuffer } from './position-buffer.ts';

/**
 * Sends the position of this phone while a tracking session is open and the page is. It is started by somebody who
 * sees the sign that says so, it stops at EXIT, and it never starts by itself.
 */

export type TrackerState =
  | 'off'
  /** Switched on; no position yet. */
  | 'waiting'
  | 'on'
  /** The server cannot be reached; positions are kept. */
  | 'offline'
  | 'denied'
  /** The browser has no positions to give (no https, no sensor). */
  | 'impossible'
  /** Another tab of the same browser sends already. */
  | 'elsewhere';

export interface TrackerStatus {
  readonly state: TrackerState;
  readonly lastSentAtMs: number | null;
  readonly kept: number;
  readonly isSaving: boolean;
}

/** What the tracker needs of the browser, so that tests need none. */
export interface TrackerSurroundings {
  watch(
    onPosition: (position: ReportedPosition) => void,
    onFailure: (failure: 'denied' | 'no-signal') => void,
    isSaving: boolean,
  ): () => void;
  /** Asks for one position, where nothing has come for a while because nobody moved. */
  ask(onPosition: (position: ReportedPosition) => void): void;
  readonly canLocate: boolean;
  buffer(): Promise<PositionBuffer>;
  /** `later`: try again; `stop`: tracking is off; `unusable`: sending it again is of no use. */
  send(positions: ReportedPosition[]): Promise<'stored' | 'stop' | 'later' | 'unusable'>;
  /** Battery low and not charging. */
  isSaving(): boolean;
  nowMs(): number;
  every(ms: number, work: () => void): () => void;
}

const batchSize = 200;
const sendEveryMs = 10_000;
/** A phone that lies still says nothing by itself; after this it is asked. */
const askAfterMs = 60_000;
const keepEveryMs = { normal: 10_000, saving: 60_000 } as const;
const keepAfterMeters = 15;
const metersPerDegree = 111_195;

const apartMeters = (one: ReportedPosition, other: ReportedPosition): number => {
  const north = (one.latitude - other.latitude) * metersPerDegree;
  const east = (one.longitude - other.longitude) * metersPerDegree * Math.cos((one.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
};

export const createTracker = (surroundings: TrackerSurroundings) => {
  const listeners = new Set<() => void>();
  let status: TrackerStatus = { state: 'off', lastSentAtMs: null, kept: 0, isSaving: false };
  let opened: Promise<PositionBuffer> | null = null;
  let stopWatching: () => void = () => undefined;
  let stopTimers: (() => void)[] = [];
  let lastKept: ReportedPosition | null = null;
  let lastHeardAtMs = 0;
  let isSending = false;
  let waitUntilMs = 0;
  let failures = 0;
  let run = 0;

  const tell = (changes: Partial<TrackerStatus>) => {
    status = { ...status, ...changes };
    for (const listener of listeners) listener();
  };

  /** Stops at once; what was taken before is sent once more, and stays kept where that fails. */
  const stop = async (): Promise<void> => {
    run += 1;
    stopWatching();
    for (const end of stopTimers) end();
    stopTimers = [];
    lastKept = null;
    const ended = opened;
    opened = null;
    tell({ state: 'off', kept: 0, lastSentAtMs: null });
    const buffer = await ended;
    if (!buffer) return;
    const { numbers, positions } = await buffer.oldest(batchSize);
    if (positions.length > 0 && (await surroundings.send(positions)) !== 'later') await buffer.remove(numbers);
  };

  const sendKept = async (): Promise<void> => {
    if (isSending || !opened || surroundings.nowMs() < waitUntilMs) return;
    isSending = true;
    const started = run;
    try {
      const buffer = await opened;
      for (;;) {
        const { numbers, positions } = await buffer.oldest(batchSize);
        if (positions.length === 0 || run !== started) break;
        const answer = await surroundings.send(positions);
        if (run !== started) return;
        if (answer === 'later') {
          failures += 1;
          waitUntilMs = surroundings.nowMs() + Math.min(60_000, 5_000 * 2 ** Math.min(failures, 4));
          tell({ state: 'offline', kept: await buffer.count() });
          return;
        }
        failures = 0;
        // Only now: what the server has not stored durably stays here.
        await buffer.remove(numbers);
        if (answer === 'stop') {
          await stop();
          return;
        }
        tell({
          state: 'on',
          kept: await buffer.count(),
          ...(answer === 'stored' ? { lastSentAtMs: surroundings.nowMs() } : {}),
        });
      }
    } finally {
      isSending = false;
    }
  };

  const take = (position: ReportedPosition) => {
    if (!opened) return;
    lastHeardAtMs = surroundings.nowMs();
    const intervalMs = status.isSaving ? keepEveryMs.saving : keepEveryMs.normal;
    const isDue = !lastKept || Date.parse(position.fixedAt) - Date.parse(lastKept.fixedAt) >= intervalMs;
    const hasMoved = lastKept !== null && apartMeters(position, lastKept) >= keepAfterMeters;
    if (!isDue && !hasMoved) return;
    const isFirst = lastKept === null;
    lastKept = position;
    const keep = async (buffer: PositionBuffer) => {
      await buffer.add(position);
      tell({ kept: await buffer.count(), ...(status.state === 'waiting' ? { state: 'on' as const } : {}) });
      if (isFirst) await sendKept();
    };
    void opened.then(keep);
  };

  const watch = () => {
    const isSaving = surroundings.isSaving();
    stopWatching();
    stopWatching = surroundings.watch(
      take,
      (failure) => {
        if (failure === 'denied') tell({ state: 'denied' });
        else if (status.state !== 'offline') tell({ state: 'waiting' });
      },
      isSaving,
    );
    tell({ isSaving });
  };

  return {
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: (): TrackerStatus => status,
    /** Only called where the sign that tracking is on is shown. */
    start: (): void => {
      if (status.state !== 'off') return;
      if (!surroundings.canLocate) {
        tell({ state: 'impossible' });
        return;
      }
      run += 1;
      opened = surroundings.buffer();
      lastHeardAtMs = surroundings.nowMs();
      waitUntilMs = 0;
      failures = 0;
      tell({ state: 'waiting' });
      watch();
      stopTimers = [
        surroundings.every(sendEveryMs, () => {
          if (surroundings.nowMs() - lastHeardAtMs >= askAfterMs) surroundings.ask(take);
          if (surroundings.isSaving() !== status.isSaving) watch();
          void sendKept();
        }),
      ];
    },
    /** The network or the page is back: do not wait for the next turn. */
    hurry: (): void => {
      if (!opened) return;
      waitUntilMs = 0;
      surroundings.ask(take);
      void sendKept();
    },
    stop,
    /** Somebody signs out: nothing of them stays on this device. */
    forget: async (): Promise<void> => {
      const buffer = await (opened ?? surroundings.buffer());
      await buffer.clear();
      await stop();
    },
  };
};

export type Tracker = ReturnType<typeof createTracker>;
