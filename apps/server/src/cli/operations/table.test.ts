import { describe, expect, it } from 'vitest';
import { tableOf } from './table.ts';

describe('a table in the terminal', () => {
  it('puts each column under its heading', () => {
    expect(
      tableOf(
        ['ID', 'NAME', 'REASON'],
        [
          ['1', 'reports.generate', 'no paper'],
          ['12345', 'geo', 'a longer reason'],
        ],
      ),
    ).toBe(
      [
        'ID     NAME              REASON',
        '1      reports.generate  no paper',
        '12345  geo               a longer reason',
      ].join('\n'),
    );
  });

  it('lets no text break a line or speak to the terminal', () => {
    expect(tableOf(['A', 'B'], [['x', 'one\n\u001b[2Jtwo\u2028three']])).toBe('A  B\nx  one [2Jtwo three');
  });
});
