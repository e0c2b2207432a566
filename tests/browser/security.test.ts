import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPassword } from '../acceptance/client.ts';
import { freePort, type MusterProcess, startMuster } from '../acceptance/muster-process.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';

/** As an authenticator app shows it (RFC 6238). */
const codeAt = (secret: string, step: number): string => {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
};

/**
 * Passwords, second factors and sessions as people handle them. On a Muster of its own: that staff need a second factor
 * from now on signs out everybody else. Passkeys need a name, an address alone has none: it is called localhost.
 */
describe('the security of the own sign-in', () => {
  let browser: Browser;
  let muster: MusterProcess;
  let dataFolder: string;
  let url: string;
  let admin: OpenWindow;
  let secret = '';

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'muster-security-'));
    const port = await freePort();
    url = `http://localhost:${port}`;
    muster = await startMuster({ dataFolder, port, environment: { MUSTER_PUBLIC_URL: url } });
    browser = await startChromium();
    // What the app's service worker fetches is out of reach of the test, which answers in the server's place.
    admin = await openWindow(browser, { ...desktop, baseURL: url, serviceWorkers: 'block' });
    await withAuthenticator(admin.page);
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** A phone that has passkeys, and whose owner always puts the finger on it. */
  const withAuthenticator = async (page: Page): Promise<void> => {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  };
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  /** Each code works once: the next one is waited for. */
  let lastStep = 0;
  const code = async (of = secret): Promise<string> => {
    const stepMs = 30_000;
    while (Math.floor(Date.now() / stepMs) <= lastStep) await new Promise((done) => setTimeout(done, 500));
    lastStep = Math.floor(Date.now() / stepMs);
    return codeAt(of, lastStep);
  };
  const keepCodes = async (page: Page): Promise<string[]> => {
    await see(page.getByText('Keep these codes'));
    const codes = await page.getByText(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/).allInnerTexts();
    await page.getByLabel('I have kept them').check();
    await button(page, 'Go on').click();
    return codes;
  };
  const secretOn = async (page: Page): Promise<string> => {
    await see(page.getByRole('img', { name: 'Picture for the authenticator app' }));
    return (await page.locator('code').innerText()).replaceAll(' ', '');
  };
  const signOut = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL((address) => address.pathname === '/sign-in');
  };
  const typePassword = async (page: Page, identifier: string): Promise<void> => {
    await page.goto('/sign-in');
    await page.locator('input[autocomplete=username]').fill(identifier);
    await page.locator('input[autocomplete=current-password]').fill(demoPassword);
    await page.locator('button[type=submit]').click();
  };

  it('is found in the account menu, takes a passkey, and shows recovery codes once', async () => {
    const { page } = admin;
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign-in security' }).click();
    await see(page.getByRole('heading', { name: 'Sign-in security' }));
    await button(page, 'Add a passkey on this device').click();
    expect(await keepCodes(page)).toHaveLength(10);
    await see(page.getByText('Chrome, Linux').first());
    await see(page.getByText('10 are left'));
    expect(admin.troubles).toEqual([]);
  });

  it('takes an authenticator app beside it', async () => {
    const { page } = admin;
    await button(page, 'Set up an app').click();
    secret = await secretOn(page);
    await page.getByLabel('Code from the app').fill('000000');
    await button(page, 'Set up').click();
    await see(page.getByText('That did not fit'));
    await page.getByLabel('Code from the app').fill(await code());
    await button(page, 'Set up').click();
    await see(page.getByText(/^Set up since/));
  });

  it('signs in by the passkey alone', async () => {
    const { page } = admin;
    await signOut(page);
    await button(page, 'Sign in with a passkey').click();
    // Where it was signed out.
    await page.waitForURL((address) => address.pathname === '/security');
  });

  it('signs in by password and code, and shows the other sessions', async () => {
    const elsewhere = await openWindow(browser, { ...phone, baseURL: url, colorScheme: 'dark' });
    const { page } = elsewhere;
    await typePassword(page, 'principal@lindenhof.example');
    await see(page.getByRole('heading', { name: 'One more step' }));
    await page.getByLabel('Code from the app').fill(await code());
    await button(page, 'Sign in').click();
    await page.waitForURL((address) => address.pathname === '/admin');
    await page.goto('/security');
    await see(page.getByText('here', { exact: true }));
    const others = button(page, /^Sign out on/);
    await see(others);
    expect(await others.count()).toBe(1);
    await button(page, 'Sign out everywhere else').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere else' }).click();
    await see(page.getByText('Signed out on 1 other device'));
    await seeGone(others);
    await elsewhere.close();
    // The other window finds out by itself.
    await admin.page.goto('/security');
    await admin.page.waitForURL((address) => address.pathname === '/sign-in');
  });

  it('asks once more who it is before what is sensitive, and then goes on', async () => {
    const { page } = admin;
    await page.goto('/sign-in');
    await button(page, 'Sign in with a passkey').click();
    await page.waitForURL((address) => address.pathname === '/admin');
    await page.goto('/admin/sign-in-policy');
    // As if the last proof were more than five minutes ago.
    let asked = 0;
    await page.route('**/v1/organization/sign-in-policy', async (route) => {
      if (route.request().method() !== 'PUT' || asked > 0) return route.continue();
      asked += 1;
      const body = {
        type: '/problems/step-up-required',
        title: 'Show it',
        status: 403,
        code: 'step-up-required',
        advice: '',
      };
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(body) });
    });
    await page.getByRole('switch', { name: 'Staff need a second factor' }).click();
    await see(page.getByText(/people have none|person has none/));
    await button(page, 'Save').click();
    const dialog = page.getByRole('dialog');
    await see(dialog.getByText('Show that it is you'));
    await dialog.getByLabel('Password', { exact: true }).fill('wrong');
    await dialog.getByRole('button', { name: 'It is me' }).click();
    await see(dialog.getByText('That did not fit'));
    await dialog.getByLabel('Password', { exact: true }).fill(demoPassword);
    await dialog.getByRole('button', { name: 'It is me' }).click();
    await seeGone(dialog);
    await see(page.getByText('Saved'));
    expect(asked).toBe(1);
  });

  it('leads staff without a second factor to one, before anything else', async () => {
    const teacher = await openWindow(browser, { ...phone, baseURL: url });
    const { page } = teacher;
    await typePassword(page, 'teacher@lindenhof.example');
    await see(page.getByRole('heading', { name: 'Set up a second factor' }));
    await button(page, 'An authenticator app').click();
    const own = await secretOn(page);
    await page.getByLabel('Code from the app').fill(await code(own));
    await button(page, 'Set up').click();
    const codes = await keepCodes(page);
    await page.waitForURL((address) => address.pathname === '/staff');
    await signOut(page);
    await typePassword(page, 'teacher@lindenhof.example');
    await button(page, /recovery code/).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await button(page, 'Sign in').click();
    await page.waitForURL((address) => address.pathname === '/staff');
    await teacher.close();
  });

  it('is taken off by the principal for who has lost it, and asked for anew', async () => {
    const { page } = admin;
    await page.goto('/admin/people');
    await page.getByRole('searchbox').fill('teacher@lindenhof.example');
    await page.getByRole('row').filter({ hasText: 'teacher@lindenhof.example' }).click();
    const section = page.getByRole('region', { name: 'Sign-in' });
    await see(section.getByText(/^Second factor: authenticator app and 9 recovery codes/));
    await section.getByRole('button', { name: 'Remove second factors' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove second factors' }).click();
    await see(section.getByText('No second factor; one is asked for at the next sign-in'));
    await see(section.getByText('Nowhere now.'));
    const teacher = await openWindow(browser, { ...phone, baseURL: url });
    await typePassword(teacher.page, 'teacher@lindenhof.example');
    await see(teacher.page.getByRole('heading', { name: 'Set up a second factor' }));
    await teacher.close();
  });

  it('changes a password that is good enough, and says what is wrong with others', async () => {
    const member = await openWindow(browser, { ...phone, baseURL: url });
    const { page } = member;
    await signInOn(page, 'student@lindenhof.example', demoPassword);
    await page.goto('/security');
    await button(page, 'Change the password').click();
    await page.getByLabel('Password until now').fill(demoPassword);
    await page.getByLabel('New password').fill('lindenhof 2026 !!');
    await button(page, 'Change the password').click();
    await see(page.getByText('made of names'));
    await page.getByLabel('New password').fill('seven tired clocks hum');
    await button(page, 'Change the password').click();
    await see(page.getByText('Your password is changed'));
    expect(member.troubles.filter((trouble) => !trouble.includes('422'))).toEqual([]);
    await member.close();
  });

  it('says that a link works no more', async () => {
    const stranger = await openWindow(browser, { ...phone, baseURL: url });
    await stranger.page.goto(`/set-password#${'x'.repeat(64)}`);
    await see(stranger.page.getByText('This link works no more'));
    await stranger.close();
  });
});
