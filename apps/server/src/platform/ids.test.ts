import { describe, expect, it } from 'vitest';
import { SettableClock } from './clock.ts';
import { isUuid, uuidv7 } from './ids.ts';

describe('uuidv7', () => {
  it('carries the version, the variant and the millisecond', () => {
    const farAheadMs = Date.UTC(2100, 0, 1);
    const id = uuidv7(new SettableClock(farAheadMs));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(farAheadMs);
  });

  it('sorts in the order of making, within a millisecond and when the clock steps back', () => {
    const clock = new SettableClock('2101-01-01T00:00:00Z');
    const ids = Array.from({ length: 20_000 }, (_, index) => {
      if (index === 10_000) clock.advance(-60_000);
      return uuidv7(clock);
    });
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('isUuid', () => {
  it('takes any UUID and nothing around it', () => {
    expect(isUuid(uuidv7())).toBe(true);
    expect([`${uuidv7()}\n`, `{${uuidv7()}}`, '', undefined, 7].map(isUuid)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
