import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestIdentityProvider } from '../../apps/server/src/services/auth/testing/identity-provider.ts';
import { baseUrl, demoPassword } from '../acceptance/client.ts';
import { desktop, openWindow, type OpenWindow, phone, see, signInOn, startChromium } from './chromium.ts';

/** What is connected to Muster: a program with a key, and the school's own accounts. */
describe('integrations', () => {
  let browser: Browser;
  let office: OpenWindow;
  let page: Page;
  let idp: TestIdentityProvider;

  beforeAll(async () => {
    browser = await startChromium();
    idp = await TestIdentityProvider.start(`${baseUrl()}/sign-in/return`);
    office = await openWindow(browser, desktop);
    page = office.page;
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
    await page.goto('/admin/integrations');
  });
  afterAll(async () => {
    await browser?.close();
    await idp?.stop();
  });

  const membersWith = async (key: string): Promise<number> =>
    (await fetch(`${baseUrl()}/v1/members`, { headers: { authorization: `Bearer ${key}` } })).status;

  it('makes a key for a program, shows it once, and revokes it', async () => {
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await see(page.getByText('Choose at least one'));
    await page.getByRole('textbox', { name: 'Name' }).fill('Timetable on the office server');
    await page.getByRole('checkbox', { name: 'See members' }).check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key =
      (await page
        .getByRole('status')
        .getByText(/^muster_/)
        .textContent()) ?? '';
    expect(await membersWith(key)).toBe(200);
    const me = await fetch(`${baseUrl()}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect(me.status).toBe(403);

    await page.getByRole('button', { name: 'I have put it away' }).click();
    await page.getByRole('button', { name: 'Revoke the key Timetable on the office server' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the key' }).click();
    await see(page.getByText('The key works no more'));
    // Other processes, and this one, may believe in it for a second.
    await sleep(1_000);
    expect(await membersWith(key)).toBe(401);
  });

  it('sets up single sign-on, by which a teacher then signs in', async () => {
    await page.getByRole('textbox', { name: 'Issuer' }).fill(`${idp.issuer}/elsewhere`);
    await page.getByRole('textbox', { name: 'Client id' }).fill(idp.clientId);
    await page.getByLabel('Client secret').fill(idp.clientSecret);
    await page.getByRole('textbox', { name: 'Domains' }).fill('lindenhof.example');
    await page.getByRole('textbox', { name: 'Words on the button' }).fill('School account');
    await page.getByRole('button', { name: 'Ask the provider and save' }).click();
    await see(page.getByText('This identity provider cannot be used'));
    await page.getByRole('textbox', { name: 'Issuer' }).fill(idp.issuer);
    await page.getByRole('button', { name: 'Ask the provider and save' }).click();
    await see(page.getByText('Single sign-on is set up'));

    idp.subject = { sub: 'teacher-1', email: 'teacher@lindenhof.example', email_verified: true };
    const window = await openWindow(browser, phone);
    await window.page.goto('/sign-in');
    await window.page.getByRole('button', { name: 'Sign in with your organization’s account' }).click();
    await window.page.getByRole('textbox', { name: 'Short name of the college or company' }).fill('lindenhof');
    await window.page.getByRole('button', { name: 'Go on' }).click();
    await window.page.waitForURL((url) => url.origin === baseUrl() && !url.pathname.startsWith('/sign-in'));
    expect(window.troubles).toEqual([]);
    await window.close();
  });

  it('tells somebody whom no account fits', async () => {
    idp.subject = { sub: 'stranger', email: 'nobody@lindenhof.example', email_verified: true };
    const window = await openWindow(browser, phone);
    await window.page.goto('/sign-in');
    await window.page.getByRole('button', { name: 'Sign in with your organization’s account' }).click();
    await window.page.getByRole('textbox', { name: 'Short name of the college or company' }).fill('lindenhof');
    await window.page.getByRole('button', { name: 'Go on' }).click();
    await see(window.page.getByText('Your organization knows you, but no account here fits'));
    await window.close();

    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove single sign-on' }).click();
    await see(page.getByText('Single sign-on is removed'));
    // What the provider said of itself before it was asked again is no trouble of ours.
    expect(office.troubles.filter((trouble) => !trouble.includes('422'))).toEqual([]);
  });
});
