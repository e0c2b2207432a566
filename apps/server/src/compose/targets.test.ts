import { expect, it } from 'vitest';
import { answersFor } from './targets.ts';

it('a process answers for what it serves, not for what it only works on', () => {
  const targets = [
    { service: 'gateway' },
    { service: 'reports', half: 'work' },
    { service: 'geo', half: 'serve' },
  ] as const;
  const answered = (['gateway', 'reports', 'geo', 'auth'] as const).filter((name) => answersFor(targets, name));
  expect(answered).toEqual(['gateway', 'geo']);
});
