import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPassword } from '../acceptance/client.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';

const password = 'granite lantern over seven rivers';

/** Who runs Muster makes a school, invites its administrator, and comes to help. */
describe('the platform', () => {
  let browser: Browser;
  let owner: OpenWindow;
  let page: Page;
  let link = '';

  beforeAll(async () => {
    browser = await startChromium();
    owner = await openWindow(browser, desktop);
    page = owner.page;
    await signInOn(page, 'owner@muster.example', demoPassword);
  });
  afterAll(() => browser?.close());

  it('lists the organizations, and has nothing else to show at home', async () => {
    await see(page.getByRole('heading', { name: 'Organizations' }));
    await see(page.getByRole('row', { name: /Lindenhof College/ }).getByText('in use'));
    const navigation = page.getByRole('navigation', { name: 'Main navigation' });
    await see(navigation.getByRole('link', { name: 'Organizations' }));
    expect(await navigation.getByRole('link', { name: 'Alerts' }).count()).toBe(0);
    await page.getByRole('searchbox').fill('nothing like it');
    await see(page.getByText('None of them is called like that'));
    await page.getByRole('searchbox').fill('linden');
    await see(page.getByText('1 of 1'));
    await page.getByRole('searchbox').fill('');
  });

  it('makes one with its site, in the zone of the place, and a link for its administrator', async () => {
    await page.getByRole('link', { name: 'New organization' }).click();
    const group = (name: string) => page.getByRole('group', { name });
    await group('Organization').getByRole('textbox', { name: 'Name', exact: true }).fill('Brücken School');
    expect(await page.getByRole('textbox', { name: 'Short name' }).inputValue()).toBe('brucken-school');
    await page.getByRole('textbox', { name: 'Name of the site' }).fill('Main building');
    await page.getByRole('textbox', { name: 'Address' }).fill('Bridge Street 1');
    const zoneAtFirst = () => page.getByLabel('Time zone').first().inputValue();
    const map = page.getByRole('region', { name: 'Where the site is' });
    await map.and(page.locator('[data-ready]')).waitFor();
    // The whole world: right of its middle, and a little above it, lies Asia.
    const { width = 0 } = (await map.boundingBox()) ?? {};
    await map.click({ position: { x: width / 2 + 100, y: 130 } });
    await expect.poll(zoneAtFirst, { timeout: 20_000 }).toMatch(/^Asia\//);
    await page.getByRole('textbox', { name: 'Latitude' }).fill('-33.86');
    await page.getByRole('textbox', { name: 'Longitude' }).fill('151.21');
    const zone = () => page.getByLabel('Time zone').first().inputValue();
    await expect.poll(zone, { timeout: 20_000 }).toBe('Australia/Sydney');
    await group('First administrator').getByRole('textbox', { name: 'Name' }).fill('Ada Bridge');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@bridge.example');
    await page.getByRole('button', { name: 'Make the organization' }).click();
    await see(page.getByRole('heading', { name: 'Brücken School is there' }));
    await page.getByRole('button', { name: 'Make a link' }).click();
    link = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
    expect(link).toContain('/');

    await page.goto('/platform/new');
    await group('Organization').getByRole('textbox', { name: 'Name', exact: true }).fill('Brücken School');
    await page.getByRole('textbox', { name: 'Name of the site' }).fill('Another');
    await page.getByRole('textbox', { name: 'Address' }).fill('Elsewhere');
    await page.getByRole('textbox', { name: 'Latitude' }).fill('1');
    await page.getByRole('textbox', { name: 'Longitude' }).fill('1');
    await group('First administrator').getByRole('textbox', { name: 'Name' }).fill('Nobody');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('nobody@bridge.example');
    await page.getByRole('button', { name: 'Make the organization' }).click();
    await see(page.getByText('There is one of this name already'));
  });

  it('lets the administrator in by the link', async () => {
    const { page: own, close, troubles } = await openWindow(browser, phone);
    const { pathname, hash } = new URL(link);
    await own.goto(`${pathname}${hash}`);
    await own.locator('input[autocomplete=new-password]').fill(password);
    await own.locator('button[type=submit]').click();
    await seeGone(own.locator('input[autocomplete=new-password]'));
    await signInOn(own, 'ada@bridge.example', password);
    await see(own.getByText('Brücken School').first());
    expect(troubles).toEqual([]);
    await close();
  });

  it('acts in one only with a reason, is marked on every page, and leaves traces in its log', async () => {
    await page.goto('/platform');
    await page.getByRole('button', { name: 'Act in Lindenhof College' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Begin' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('They cannot find their gates.');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    const notice = page.getByText('You act in Lindenhof College');
    await see(notice);
    await page.getByRole('link', { name: 'Gates' }).click();
    await see(page.getByText('North Gate').first());
    await page.reload();
    await see(notice);
    await see(page.getByText('North Gate').first());

    const principal = await openWindow(browser, desktop);
    await signInOn(principal.page, 'principal@lindenhof.example', demoPassword);
    await principal.page.goto('/admin/audit');
    await see(principal.page.getByRole('table').getByText('An account of the platform began to act here'));
    await principal.close();

    await page.getByRole('button', { name: 'Leave' }).click();
    await see(page.getByRole('heading', { name: 'Organizations' }));
    await seeGone(notice);
    // That of the name that was taken.
    expect(owner.troubles.filter((trouble) => !trouble.includes('status of 422'))).toEqual([]);
  });

  it('is run by several, of whom each sees what is theirs', async () => {
    await page.getByRole('link', { name: 'Who runs Muster' }).click();
    await page.getByRole('link', { name: 'Add somebody' }).click();
    await page.getByLabel('Name').fill('Tessa Technic');
    await page.getByLabel('Role').selectOption('Platform operations');
    await page.getByRole('button', { name: 'Add', exact: false }).click();
    await see(page.getByText('This is no e-mail address'));
    await page.getByRole('textbox', { name: 'E-mail' }).fill('tessa@muster.example');
    await page.getByRole('button', { name: 'Add', exact: false }).click();
    await see(page.getByRole('heading', { name: 'Tessa Technic' }));
    // Alerts are about members, of whom the platform has none.
    await seeGone(page.getByRole('button', { name: /open alerts?$/i }));
    await page.getByRole('button', { name: 'Invite by link' }).click();
    const { pathname, hash } = new URL(await page.getByRole('dialog').getByRole('textbox').inputValue());
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'All people' }).click();
    await see(page.getByRole('row', { name: /Tessa Technic/ }).getByText('Platform operations'));

    const tessa = await openWindow(browser, phone);
    await tessa.page.goto(`${pathname}${hash}`);
    await tessa.page.locator('input[autocomplete=new-password]').fill(password);
    await tessa.page.locator('button[type=submit]').click();
    await seeGone(tessa.page.locator('input[autocomplete=new-password]'));
    await signInOn(tessa.page, 'tessa@muster.example', password);
    await tessa.page.goto('/platform/settings');
    const setting = (name: string) => tessa.page.getByRole('listitem').filter({ hasText: name });
    await see(setting('MUSTER_SECRET_KEYS').getByText('Default', { exact: true }));
    await see(setting('MUSTER_DATA').getByText('Set', { exact: true }));
    await tessa.page.getByRole('searchbox').fill('smtp');
    await see(setting('MUSTER_SMTP_URL'));
    await seeGone(setting('MUSTER_SECRET_KEYS'));
    await tessa.page.goto('/platform/people');
    await see(tessa.page.getByText('You may not see the accounts of the platform'));
    await tessa.close();
  });

  it('is nobody else’s', async () => {
    const { page: other, close } = await openWindow(browser, desktop);
    await signInOn(other, 'principal@lindenhof.example', demoPassword);
    await other.goto('/platform');
    await other.waitForURL((url) => url.pathname === '/admin');
    expect(await other.getByRole('link', { name: 'Organizations' }).count()).toBe(0);
    await close();
  });
});
