import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTry, parseTeacherCode, teacherCode, teacherCodeBytes, wrongTriesAtMost } from './teacher-code.ts';

const bytes = fc.uint8Array({ minLength: teacherCodeBytes, maxLength: teacherCodeBytes });
/** What people make of a character when they type it. */
const spellings: Readonly<Record<string, string>> = { '0': '0oO', '1': '1iIlL' };
const gaps = fc.constantFrom('', ' ', '-', ' - ', '–');

describe('a teacher code', () => {
  it('is eight characters in two groups, none of them like another', () => {
    fc.assert(
      fc.property(bytes, (random) => {
        expect(teacherCode(random)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      }),
    );
  });

  it('differs where the random bytes differ', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        expect(teacherCode(one) === teacherCode(other)).toBe(one.every((byte, index) => byte === other[index]));
      }),
    );
  });

  it('is understood however it is typed', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }),
        fc.array(gaps, { minLength: 8, maxLength: 8 }),
        (random, picks, between) => {
          const plain = teacherCode(random).replace('-', '');
          const typed = [...plain]
            .map((character, index) => {
              const choices = spellings[character] ?? `${character}${character.toLowerCase()}`;
              return `${between[index] ?? ''}${choices[(picks[index] ?? 0) % choices.length] ?? ''}`;
            })
            .join('');
          expect(parseTeacherCode(typed)).toEqual({ selector: plain.slice(0, 4), text: plain });
        },
      ),
    );
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const parsed = parseTeacherCode(text);
        if (parsed !== null) expect(parsed.text).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
      }),
    );
    for (const text of ['', 'K7P2-M9Q', 'K7P2-M9QX1', 'K7P2-M9QU', 'K7P2.M9QX'])
      expect(parseTeacherCode(text)).toBeNull();
  });
});

describe('judgeTry', () => {
  const tries = fc.array(fc.record({ fits: fc.boolean(), atMs: fc.integer({ min: 0, max: 100 }) }), { maxLength: 40 });
  const play = (sequence: readonly { fits: boolean; atMs: number }[]) => {
    let wrongTries = 0;
    return sequence.map((one) => {
      const judged = judgeTry({ wrongTries, expiresAtMs: 90 }, one);
      wrongTries = judged.wrongTries;
      return judged.outcome;
    });
  };

  it('never lets anybody compare more often than it says', () => {
    fc.assert(
      fc.property(tries, (sequence) => {
        const outcomes = play(sequence);
        const wrong = outcomes.filter((outcome) => outcome === 'wrong' || outcome === 'locks').length;
        expect(wrong).toBeLessThanOrEqual(wrongTriesAtMost);
        expect(outcomes.filter((outcome) => outcome === 'locks').length).toBe(wrong === wrongTriesAtMost ? 1 : 0);
        const locked = outcomes.indexOf('locks');
        if (locked >= 0) expect(new Set(outcomes.slice(locked + 1)).difference(new Set(['ended'])).size).toBe(0);
      }),
    );
  });

  it('is right for what fits, in time, before it is locked, and for nothing else', () => {
    fc.assert(
      fc.property(tries, (sequence) => {
        let wrong = 0;
        for (const [index, outcome] of play(sequence).entries()) {
          const one = sequence[index];
          const isOpen = (one?.atMs ?? 0) < 90 && wrong < wrongTriesAtMost;
          expect(outcome === 'right').toBe(isOpen && one?.fits === true);
          if (isOpen && one?.fits === false) wrong += 1;
        }
      }),
    );
  });
});
