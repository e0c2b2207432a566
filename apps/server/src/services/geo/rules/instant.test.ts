import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from './instant.ts';

describe('instants written as text', () => {
  it.each([
    ['2015-10-01T08:00:00-0700', '2015-10-01T15:00:00.000Z'],
    ['2026-03-29T02:30:00+02:00', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T02:30:00 02:00', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T02:30:00+05', '2026-03-28T21:30:00.000Z'],
    ['2026-03-29 02:30:00', '2026-03-29T02:30:00.000Z'],
    ['2026-03-29T02:30', '2026-03-29T02:30:00.000Z'],
    ['2019-01-25 20:00:16.178999901', '2019-01-25T20:00:16.178Z'],
    ['2026-03-29T02:30:00,5Z', '2026-03-29T02:30:00.500Z'],
    [' 2016-12-31T23:59:60Z ', '2017-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    ['0099-01-01T00:00:00Z', null],
    ['2025-02-29T00:00:00Z', null],
    ['2026-13-01T00:00:00Z', null],
    ['2026-01-01T24:00:00Z', null],
    ['2026-01-01T10:60:00Z', null],
    ['2026-01-01T10:00:60Z', null],
    ['2026-01-01T10:00:00+19:00', null],
    ['2026-01-01', null],
    ['yesterday', null],
    ['1767225600', null],
    ['', null],
  ])('%s', (text, expected) => {
    const atMs = parseInstant(text);
    expect(Number.isNaN(atMs) ? null : new Date(atMs).toISOString()).toBe(expected);
  });

  it('reads back what was written', () => {
    const instants = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parseInstant(instant.toISOString())).toBe(instant.getTime());
      }),
    );
  });

  it('is a number for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseInstant(text)).toBe('number');
      }),
    );
  });
});
