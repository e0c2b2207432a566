import { describe, expect, it } from 'vitest';
import { runFaults } from './run-faults.ts';

/** The short set; `npm run faults` tries all of them. */
describe('nine processes under load', () => {
  it('lose nothing, and are well again, whatever breaks', async () => {
    const seed = Date.now() % 1_000_000;
    const reports = await runFaults({ seed, chosen: ({ short }) => short === true, say: (line) => console.info(line) });
    expect(reports.length).toBeGreaterThan(3);
    for (const { name, violations } of reports) expect(violations, `${name}, with seed ${seed}`).toEqual([]);
  });
});
