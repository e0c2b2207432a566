import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variables } from './reference.ts';
import { shownSettings } from './shown-settings.ts';

const valueOf = (name: string, text: string) => shownSettings({ [name]: text }).find((each) => each.name === name);

describe('the settings that are shown', () => {
  it('are all there are, with what holds where nobody has said anything', () => {
    const shown = shownSettings({});
    expect(shown.map(({ name }) => name)).toEqual(variables().map(({ name }) => name));
    expect(shown.filter(({ isSet }) => isSet)).toEqual([]);
    expect(shown.find(({ name }) => name === 'PORT')).toMatchObject({ value: '3000', isSecret: false });
    expect(shown.find(({ name }) => name === 'MUSTER_SMTP_URL')).toMatchObject({ value: null, isSecret: false });
  });

  it.each([
    [
      'MUSTER_DATABASE_URL',
      'postgres://muster_runtime:pass%40word@db:5432/muster?password=other',
      'postgres://db:5432/muster',
    ],
    ['MUSTER_REDIS_URL', 'redis://:hidden@one:6379,rediss://two:6380/', 'redis://one:6379, rediss://two:6380'],
    ['MUSTER_SMTP_URL', 'smtps://user:hidden@mail.example:465', 'smtps://mail.example:465'],
    ['MUSTER_DATABASE_URL', 'hidden', '…'],
    ['MUSTER_PUBLIC_URL', 'https://muster.example', 'https://muster.example'],
  ])('show of %s=%s where it leads', (name, text, shown) => {
    expect(valueOf(name, text)).toMatchObject({ value: shown, isSet: true });
  });

  it('say of what is secret only whether it is set', () => {
    expect(valueOf('MUSTER_SECRET_KEYS', 'hidden')).toMatchObject({ value: null, isSet: true, isSecret: true });
  });

  it('never show a password, whatever it is made of', () => {
    const passwords = fc
      .string({ unit: fc.constantFrom(...'hiden:@/?#%,=& '.split('')), minLength: 6 })
      .map((text) => `q${text}q`);
    fc.assert(
      fc.property(passwords, (password) => {
        const address = `postgres://user:${encodeURIComponent(password)}@db/muster`;
        const given = Object.fromEntries(
          variables().map(({ name, hides }) => [
            name,
            hides === 'everything' ? password : hides === 'password' ? address : '',
          ]),
        );
        const said = JSON.stringify(shownSettings(given).map(({ value }) => value));
        expect(said).not.toContain(password);
        expect(said).not.toContain(encodeURIComponent(password));
      }),
    );
  });

  it('hide something of each variable that is named after it', () => {
    const named = variables().filter(({ name }) =>
      /PASSWORD|SECRET|_KEY_ID|(DATABASE|OWNER|REPLICA|SMTP|REDIS)_URL/.test(name),
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ hides }) => hides === 'nothing')).toEqual([]);
  });
});
