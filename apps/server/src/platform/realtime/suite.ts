import { describe, expect, it } from 'vitest';
import type { Realtime } from './port.ts';

/** Waits, with a deadline, for what another process may have to deliver. */
const eventually = async (condition: () => boolean): Promise<void> => {
  for (let round = 0; round < 200 && !condition(); round += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

/** How every fan-out behaves; each adapter's test calls this. */
export const realtimeSuite = (name: string, create: () => Promise<Realtime>): void => {
  describe(`realtime: ${name}`, () => {
    it('brings a message to every listener of its channel, in order, and to no other', async () => {
      const realtime = await create();
      const heard: Record<'first' | 'second' | 'other', unknown[]> = { first: [], second: [], other: [] };
      await realtime.subscribe('class 10a', (message) => heard.first.push(message));
      await realtime.subscribe('class 10a', (message) => heard.second.push(message));
      await realtime.subscribe('class 10b', (message) => heard.other.push(message));
      for (const number of [1, 2, 3]) await realtime.publish('class 10a', { number });
      await eventually(() => heard.first.length === 3 && heard.second.length === 3);
      expect(heard.first).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
      expect(heard.second).toEqual(heard.first);
      expect(heard.other).toEqual([]);
      await realtime.close();
    });

    it('stops when the listener leaves, and keeps nothing for those who come later', async () => {
      const realtime = await create();
      const early: unknown[] = [];
      const late: unknown[] = [];
      const leave = await realtime.subscribe('gate', (message) => early.push(message));
      await realtime.publish('gate', 'one');
      await eventually(() => early.length === 1);
      await leave();
      await realtime.subscribe('gate', (message) => late.push(message));
      await realtime.publish('gate', 'two');
      await eventually(() => late.length === 1);
      expect(early).toEqual(['one']);
      expect(late).toEqual(['two']);
      await realtime.close();
    });
  });
};
