import { HttpException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problem } from './problem.ts';
import { invalidInput, toProblem } from './to-problem.ts';

const withCode = (code: string, message = 'secret detail'): Error => Object.assign(new Error(message), { code });

describe('an error as a problem', () => {
  it('stays what a service threw on purpose', () => {
    const thrown = problem('code-stale', { detail: 'Too old by 20 s.' });
    expect(toProblem(thrown)).toBe(thrown);
  });

  it.each([
    ['a body that is too large', withCode('FST_ERR_CTP_BODY_TOO_LARGE'), 'body-too-large'],
    ['the same, told by Nest', new HttpException('too large', 413), 'body-too-large'],
    ['an unknown content type, told by Nest', new HttpException('unsupported', 415), 'media-type-unsupported'],
    ['broken JSON, told by Nest', new HttpException('bad', 400), 'body-malformed'],
    ['an unknown address', new HttpException('no', 404), 'not-found'],
    ['a database that is away', withCode('ECONNREFUSED'), 'unavailable'],
    ['a database that shuts down', withCode('57P01'), 'unavailable'],
    ['a lost connection', withCode('08006'), 'unavailable'],
    ['a deadlock', withCode('40P01'), 'unavailable'],
    ['a NUL in a text', withCode('22021'), 'request-invalid'],
    ['a bug', new TypeError('undefined is not a function'), 'internal-error'],
    ['something thrown that is no error', 'text', 'internal-error'],
    ['a refusal by the database that nobody foresaw', withCode('23505'), 'internal-error'],
  ])('%s', (_what, error, code) => {
    expect(toProblem(error).code).toBe(code);
  });

  it('never carries the text of what nobody foresaw', () => {
    const body = toProblem(withCode('23505', 'duplicate key (email)=(a@b.example)')).toBody('request-1');
    expect(JSON.stringify(body)).not.toContain('a@b.example');
    expect(body).toMatchObject({ status: 500, code: 'internal-error', requestId: 'request-1' });
  });

  it('names every field that does not fit', () => {
    const result = z.object({ a: z.number(), b: z.object({ c: z.string() }) }).safeParse({ a: 'x', b: {} });
    const fields = result.success ? [] : invalidInput('body', result.error).toBody().fields;
    expect(fields?.map(({ path }) => path)).toEqual(['body.a', 'body.b.c']);
  });
});
