import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CorrectedClock } from '../clock.ts';
import { ClockFollower } from './clock-follower.ts';

const tenMinutesMs = 600_000;
const machineMs = (): number => new CorrectedClock().machineNow().getTime();
const apartMs = (clock: CorrectedClock, atMs: number): number => Math.abs(clock.now().getTime() - atMs);

afterEach(() => vi.useRealTimers());

describe('a clock that follows the database', () => {
  it('says what the database says, from the first answer on', async () => {
    const clock = new CorrectedClock();
    const lines: string[] = [];
    const ask = async () => machineMs() + tenMinutesMs;
    const follower = new ClockFollower({ clock, ask, log: (line) => lines.push(line) });
    await follower.start();
    expect(apartMs(clock, machineMs() + tenMinutesMs)).toBeLessThan(50);
    expect(lines).toEqual(["This machine's clock is 600 s behind the database's, which is what counts"]);
    await follower.stop();
  });

  it('does not notice when the clock of its machine is set', async () => {
    const clock = new CorrectedClock();
    const realMs = machineMs();
    const follower = new ClockFollower({ clock, ask: async () => realMs, log: () => undefined });
    await follower.start();
    vi.useFakeTimers({ toFake: ['Date'], now: realMs - tenMinutesMs });
    expect(apartMs(clock, realMs)).toBeLessThan(1_000);
    vi.setSystemTime(realMs + tenMinutesMs);
    expect(apartMs(clock, realMs)).toBeLessThan(1_000);
    await follower.stop();
  });

  it('is not moved by what an answer cannot tell', async () => {
    const clock = new CorrectedClock();
    let answers = 0;
    // Five milliseconds apart, told by an answer that takes longer than that: as well the way as the clock.
    const ask = async () => {
      answers += 1;
      await sleep(30);
      return clock.now().getTime() - 15 + (answers % 2 === 0 ? 5 : -5);
    };
    const corrected = vi.spyOn(clock, 'correct');
    const follower = new ClockFollower({ clock, ask, log: () => undefined, everyMs: 1 });
    await follower.start();
    await vi.waitFor(() => expect(answers).toBeGreaterThan(4));
    // By the first answer, and by none since.
    expect(corrected).toHaveBeenCalledTimes(1);
    await follower.stop();
  });

  it('goes on while the database is away, and says so once', async () => {
    const clock = new CorrectedClock();
    const lines: string[] = [];
    let asked = 0;
    const ask = async () => {
      asked += 1;
      throw new Error('away');
    };
    const follower = new ClockFollower({ clock, ask, log: (line) => lines.push(line), everyMs: 1 });
    await follower.start();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(3));
    expect(lines).toHaveLength(1);
    expect(apartMs(clock, machineMs())).toBeLessThan(50);
    await follower.stop();
  });
});
