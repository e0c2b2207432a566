import { describe, expect, it } from 'vitest';
import { StatementNames } from './statement-names.ts';

const named = (names: StatementNames, role: string, text: string, times: number) =>
  Array.from({ length: times }, () => names.nameOf(role, text));

describe('statement names', () => {
  it('are given to what comes again and again, and stay', () => {
    const names = new StatementNames();
    expect(named(names, 'geo', 'SELECT 1', 6)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'muster_1',
      'muster_1',
    ]);
  });

  it('differ by role, because roles have policies of their own', () => {
    const names = new StatementNames();
    const [geo] = named(names, 'geo', 'SELECT 1', 5).slice(-1);
    const [users] = named(names, 'users', 'SELECT 1', 5).slice(-1);
    expect(new Set([geo, users, undefined]).size).toBe(3);
  });

  it.each([
    'SELECT * FROM a',
    'select place.*, 1 from place',
    'SELECT 1, place.* FROM place',
    'INSERT INTO a VALUES (1) RETURNING *',
  ])('are not given to what answers every column: %s', (text) => {
    expect(named(new StatementNames(), 'geo', text, 20)).not.toContain('muster_1');
  });

  it('are given to counts', () => {
    expect(named(new StatementNames(), 'geo', 'SELECT count(*) FROM a', 5)).toContain('muster_1');
  });

  it('end, so that connections do not collect plans without end', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 400 }, (_, each) => named(names, 'geo', `SELECT ${each}`, 5).at(-1));
    expect(given.filter((name) => name !== undefined)).toHaveLength(150);
  });
});
