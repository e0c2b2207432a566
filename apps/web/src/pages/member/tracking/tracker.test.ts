import type { ReportedPosition } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import type { PositionBuffer } from './position-buffer.ts';
import { createTracker, type TrackerSurroundings } from './tracker.ts';

const startMs = Date.UTC(2031, 2, 4, 7);
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

const bufferInMemory = (): PositionBuffer & { readonly kept: Map<number, ReportedPosition> } => {
  const kept = new Map<number, ReportedPosition>();
  let next = 1;
  return {
    kept,
    add: async (position) => void kept.set(next++, position),
    oldest: async (limit) => {
      const rows = [...kept].slice(0, limit);
      return { numbers: rows.map(([number]) => number), positions: rows.map(([, position]) => position) };
    },
    remove: async (numbers) => {
      for (const number of numbers) kept.delete(number);
    },
    count: async () => kept.size,
    clear: async () => kept.clear(),
  };
};

const world = (answers: Awaited<ReturnType<TrackerSurroundings['send']>>[]) => {
  const buffer = bufferInMemory();
  const sent: ReportedPosition[][] = [];
  let nowMs = startMs;
  let isWatching = false;
  let asked = 0;
  let onPosition: (position: ReportedPosition) => void = () => undefined;
  let onFailure: (failure: 'denied' | 'no-signal') => void = () => undefined;
  let tick: () => void = () => undefined;
  const tracker = createTracker({
    canLocate: true,
    watch: (position, failure) => {
      isWatching = true;
      onPosition = position;
      onFailure = failure;
      return () => {
        isWatching = false;
      };
    },
    ask: () => {
      asked += 1;
    },
    buffer: async () => buffer,
    send: async (positions) => {
      sent.push(positions);
      return answers.shift() ?? 'stored';
    },
    isSaving: () => false,
    nowMs: () => nowMs,
    every: (_ms, work) => {
      tick = work;
      return () => {
        tick = () => undefined;
      };
    },
  });
  return {
    tracker,
    buffer,
    sent,
    isWatching: () => isWatching,
    asked: () => asked,
    fail: (failure: 'denied' | 'no-signal') => onFailure(failure),
    move: async (afterMs: number, north = 0) => {
      nowMs += afterMs;
      const fixedAt = new Date(nowMs).toISOString();
      onPosition({ latitude: 46.92 + north, longitude: 15.87, fixedAt, accuracyMeters: 8 });
      await settle();
    },
    wait: async (ms: number) => {
      nowMs += ms;
      tick();
      await settle();
    },
  };
};

describe('the tracker', () => {
  it('does nothing until it is started', async () => {
    const { tracker, isWatching, sent } = world([]);
    expect(tracker.status().state).toBe('off');
    expect(isWatching()).toBe(false);
    expect(sent).toHaveLength(0);
  });

  it('sends the first position at once and thins out the rest', async () => {
    const { tracker, move, wait, sent } = world([]);
    tracker.start();
    expect(tracker.status().state).toBe('waiting');
    await move(1_000);
    expect(sent).toHaveLength(1);
    await move(2_000);
    await move(2_000);
    await move(10_000);
    await wait(10_000);
    expect(sent.flat()).toHaveLength(2);
    expect(tracker.status()).toMatchObject({ state: 'on', kept: 0 });
  });

  it('keeps a position that is farther away, however soon', async () => {
    const { tracker, move, wait, sent } = world([]);
    tracker.start();
    await move(1_000);
    await move(1_000, 0.0003);
    await wait(10_000);
    expect(sent.flat()).toHaveLength(2);
  });

  it('keeps everything while nothing answers, in order, and deletes only what was stored', async () => {
    const { tracker, move, wait, sent, buffer } = world(['later', 'later']);
    tracker.start();
    for (let step = 0; step < 5; step += 1) await move(15_000);
    await wait(20_000);
    expect(tracker.status()).toMatchObject({ state: 'offline', kept: 5 });
    expect(buffer.kept.size).toBe(5);
    tracker.hurry();
    await settle();
    expect(buffer.kept.size).toBe(0);
    const times = sent.at(-1)?.map(({ fixedAt }) => fixedAt) ?? [];
    expect(times).toHaveLength(5);
    expect([...times].sort()).toEqual(times);
    expect(tracker.status().state).toBe('on');
  });

  it('stops when the server says that tracking is off, and takes nothing any more', async () => {
    const { tracker, move, isWatching, buffer } = world(['stop']);
    tracker.start();
    await move(1_000);
    expect(tracker.status().state).toBe('off');
    expect(isWatching()).toBe(false);
    await move(60_000);
    expect(buffer.kept.size).toBe(0);
  });

  it('drops what can never be stored instead of holding up what follows', async () => {
    const { tracker, move, wait, sent, buffer } = world(['unusable']);
    tracker.start();
    await move(1_000);
    await move(15_000);
    await wait(10_000);
    expect(sent).toHaveLength(2);
    expect(buffer.kept.size).toBe(0);
  });

  it('asks a phone that lies still', async () => {
    const { tracker, move, wait, asked } = world([]);
    tracker.start();
    await move(1_000);
    await wait(30_000);
    expect(asked()).toBe(0);
    await wait(31_000);
    expect(asked()).toBe(1);
  });

  it('says that it was forbidden', () => {
    const { tracker, fail } = world([]);
    tracker.start();
    fail('denied');
    expect(tracker.status().state).toBe('denied');
  });

  it('keeps what the last try could not deliver, and forgets it with the account', async () => {
    const { tracker, move, buffer } = world(['later', 'later', 'later']);
    tracker.start();
    await move(1_000);
    await tracker.stop();
    expect(buffer.kept.size).toBe(1);
    await tracker.forget();
    expect(buffer.kept.size).toBe(0);
  });
});
