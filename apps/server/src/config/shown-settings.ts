import type { Setting } from '@muster/contracts';
import { variables } from './reference.ts';

/** An address without user, password and what follows the path, where drivers take passwords, too. */
const withoutPassword = (address: string): string => {
  const url = URL.parse(address.trim());
  return url === null || url.host === '' ? '…' : `${url.protocol}//${url.host}${url.pathname.replace(/^\/$/, '')}`;
};

/**
 * What the program was told, for people who may know how it runs but need none of its passwords.
 * @param given the environment, without what is empty
 */
export const shownSettings = (given: Readonly<Record<string, string | undefined>>): Setting[] =>
  variables().map(({ name, meaning, defaultText, hides }) => {
    const text = given[name] ?? defaultText;
    const shown = hides === 'password' ? text.split(',').map(withoutPassword).join(', ') : text;
    return {
      name,
      meaning,
      value: text === '' || hides === 'everything' ? null : shown,
      isSet: given[name] !== undefined,
      isSecret: hides === 'everything',
    };
  });
