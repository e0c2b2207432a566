import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessMapping } from './column-guess.ts';
import { readPersonRow } from './imported-person.ts';
import { cellFault, inertCell, plainCell } from './table-cells.ts';

describe('cells', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^'{0,3}[=+\-@＝].{0,5}$/u));
  it('come back as they were written, and run in no spreadsheet', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(plainCell(inertCell(written))).toBe(written);
        expect(inertCell(written)).not.toMatch(/^[=+\-@\t\r\0]/);
      }),
    );
  });
  it.each([
    ['=1+1', 'formula'],
    ['＝1', 'formula'],
    ['@SUM(A1)', 'like a formula'],
    ['-5', 'like a formula'],
    ['a\0b', 'NUL'],
    ['a\u202eb', 'turns text around'],
    ['a\nb', 'line break'],
    ['a\ufffdb', 'another encoding'],
    ['x'.repeat(501), '500'],
  ])('with %j are refused', (cell, words) => expect(cellFault(cell)).toContain(words));
  it.each(["'=1+1", 'O’Neill', '10A', 'Zoë', 'a=b'])('with %j are taken', (cell) => expect(cellFault(cell)).toBeNull());
});

describe('a row', () => {
  const columns = ['Number', 'First name', 'Last name', 'E-mail', 'Role', 'Class', 'Joined', 'Children'];
  const mapping = guessMapping(columns);
  const read = (...cells: string[]) => readPersonRow(7, cells, { mapping, columns });
  const problemsOf = (...cells: string[]) => {
    const answer = read(...cells);
    return 'problems' in answer ? answer.problems.map(({ column, sentence }) => `${column}: ${sentence}`) : [];
  };

  it('is a person', () => {
    expect(read('1', 'Asha', 'Rao', 'asha@example.org', 'Schülerin', '10A', '31.8.2026', '')).toEqual({
      person: {
        row: 7,
        number: '1',
        displayName: 'Asha Rao',
        email: 'asha@example.org',
        role: 'member',
        groups: ['10A'],
        site: null,
        joinedOn: '2026-08-31',
        language: null,
        guardianOf: [],
      },
    });
    expect(read(' G-1', "'=Eve", '', '', 'Mother', '', '', '1; 2 ;')).toMatchObject({
      person: { number: 'G-1', displayName: '=Eve', role: 'guardian', guardianOf: ['1', '2'] },
    });
  });

  it.each([
    ['2026-02-29', undefined],
    ['2028-02-29', '2028-02-29'],
    ['03/04/2026', undefined],
    ['13/04/2026', '2026-04-13'],
    ['04/13/2026', '2026-04-13'],
    ['tomorrow', undefined],
  ])('has joined on %s', (written, joinedOn) => {
    const answer = read('1', 'A', 'B', '', '', '', written);
    expect('person' in answer ? answer.person.joinedOn : undefined).toBe(joinedOn);
  });

  it('names everything that is wrong with it, and where', () => {
    expect(
      problemsOf('=1', '\u202eA', 'B', 'nowhere', 'principal', '', 'soon').map((one) => one.split(':')[0]),
    ).toEqual(['First name', 'Role', 'Joined', 'Number', 'E-mail']);
    expect(problemsOf('', 'A', 'B')).toEqual([
      'Number: There is neither a number nor an e-mail address: nobody could sign in.',
    ]);
    expect(problemsOf('1', 'A', 'B', '', '', '', '', '', 'more')).toEqual([
      'null: There are 9 cells, and 8 columns in the first row.',
    ]);
  });

  it('is a person or problems, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 12 }), (cells) => {
        const answer = read(...cells);
        if ('person' in answer) {
          const { displayName, number } = answer.person;
          expect(`${displayName ?? ''}${number ?? ''}`).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        } else expect(answer.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('columns', () => {
  it.each([
    [
      ['Roll No.', 'Student Name', 'Section'],
      ['number', 'name', 'group'],
    ],
    [
      ['Schülernummer', 'Vorname', 'Name', 'Klasse'],
      ['number', 'given-name', 'family-name', 'group'],
    ],
    [
      ['id', 'Employee ID', 'Colour'],
      [null, 'number', null],
    ],
    [
      ['Name', 'Name'],
      ['name', null],
    ],
    [
      ['identifier', 'givenName', 'familyName', 'email', 'role', 'class', 'school', 'guardianOf'],
      ['number', 'given-name', 'family-name', 'email', 'role', 'group', 'site', 'guardian-of'],
    ],
  ])('%j are guessed', (columns, fields) => expect(guessMapping(columns)).toEqual(fields));
});
