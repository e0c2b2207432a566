import { expect, it } from 'vitest';
import { containing } from './containing.ts';

it('takes every character for itself', () => {
  expect(containing(' a_b ')).toBe('%a\\_b%');
  expect(containing('100%\\')).toBe('%100\\%\\\\%');
});
