import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@muster/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findings, settled } from './findings.ts';
import { call, demoPassword, type Session, signIn } from '../acceptance/client.ts';
import { freePort, type MusterProcess, startMuster } from '../acceptance/muster-process.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';

/**
 * Notices, consent and one's own data as people meet them. On a Muster of its own: once a notice is published, everybody
 * is asked before anything else.
 */
describe('privacy', () => {
  let browser: Browser;
  let muster: MusterProcess;
  let dataFolder: string;
  let url: string;
  let principal: Session;
  let guardian: { userId: string; email: string };
  let child: { userId: string; displayName: string; number: string };

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'muster-privacy-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    muster = await startMuster({ dataFolder, port });
    browser = await startChromium();
    principal = await signIn('principal@lindenhof.example', demoPassword, undefined, url);
    const people = async (role: 'guardian' | 'member') =>
      (await call(routes.listPeople, { query: { role, limit: 200 } }, principal, {}, url)).items;
    const parent = (await people('guardian')).find(({ email }) => email !== null);
    guardian = { userId: parent?.userId ?? '', email: parent?.email ?? '' };
    // Three children in one view.
    for (const { userId: memberId } of (await people('member')).slice(0, 3)) {
      const params = { memberId, guardianId: guardian.userId };
      const body = { maySee: true, isTold: true, mayCollect: false };
      await call(routes.linkGuardian, { params, body }, principal, {}, url);
    }
    const grown = (await people('member')).at(-1);
    child = {
      userId: grown?.userId ?? '',
      displayName: grown?.displayName ?? '',
      number: grown?.number ?? '',
    };
    const params = { userId: child.userId };
    await call(routes.setBirthDate, { params, body: { birthDate: '2000-02-29' } }, principal, {}, url);
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  const open = (options: Parameters<typeof openWindow>[1]): Promise<OpenWindow> =>
    openWindow(browser, { ...options, baseURL: url });
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  /** Without a fault; and to be looked at, where somebody wants to. */
  const inspect = async (page: Page, name: string): Promise<void> => {
    await settled(page);
    expect(await findings(page), name).toEqual([]);
    const folder = process.env['MUSTER_TEST_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  };

  it('the principal publishes a notice', async () => {
    const { page, troubles, close } = await open(desktop);
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
    await page.getByRole('link', { name: 'Privacy' }).click();
    await see(
      page.getByRole('heading', { name: 'There is no notice yet' }).or(page.getByText('There is no notice yet')),
    );
    await button(page, 'Write the next version').click();
    await inspect(page, 'notice-form');
    await button(page, 'Publish').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await see(page.getByText('Current'));
    await inspect(page, 'notices');
    await page.setViewportSize({ width: 360, height: 780 });
    await page.getByRole('tab', { name: 'Retention' }).click();
    await see(page.getByLabel('Positions'));
    await inspect(page, 'retention-phone');
    await page.setViewportSize(desktop.viewport);
    await page.goto('/privacy/sheet');
    await see(page.getByText('How we use attendance and location'));
    await see(page.getByText('30 days'));
    await inspect(page, 'sheet');
    expect(troubles).toEqual([]);
    await close();
  });

  it('a guardian is asked at the first sign-in, for each child, before anything else', async () => {
    const { page, troubles, close } = await open(phone);
    await signInOn(page, guardian.email, demoPassword);
    await see(page.getByRole('heading', { name: 'How we use attendance and location' }));
    expect(await page.getByRole('navigation').count()).toBe(0);
    const children = page.getByRole('group', { name: /^Your answer for/ });
    const count = await children.count();
    expect(count).toBeGreaterThanOrEqual(3);
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await inspect(page, 'consent');
    for (const tick of await page.getByRole('checkbox', { name: /Location for attendance/ }).all()) await tick.check();
    await button(page, 'Save my answers').click();
    await page.waitForURL((address) => address.pathname === '/family');
    await see(page.getByRole('link').filter({ hasText: /\S/ }));
    await inspect(page, 'family');
    await page.reload();
    await seeGone(button(page, 'Save my answers'));

    await page.goto('/privacy');
    await see(page.getByText('Agreed', { exact: true }));
    await inspect(page, 'own-privacy');
    await button(page, 'Withdraw').first().click();
    await button(page, 'Withdraw consent').click();
    await see(page.getByText('Withdrawn', { exact: true }));
    await button(page, 'Agree').first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Agree' }).click();
    await seeGone(page.getByRole('dialog'));
    expect(troubles).toEqual([]);
    await close();
  });

  it('a member who has come of age answers alone, decides what guardians see, and takes all data along', async () => {
    const { page, troubles, close } = await open({ ...phone, colorScheme: 'dark' });
    await signInOn(page, child.number, demoPassword);
    await see(page.getByRole('group', { name: 'Your answer' }));
    await inspect(page, 'consent-dark');
    await button(page, 'Save my answers').click();
    await seeGone(button(page, 'Save my answers'));
    await button(page, /^Account of/).click();
    await page.getByRole('menuitem', { name: 'Privacy' }).click();
    await see(page.getByText('You have come of age'));
    await button(page, 'Collect my data').click();
    await see(button(page, 'Download'));
    const downloaded = page.waitForEvent('download');
    await button(page, 'Download').click();
    expect((await downloaded).suggestedFilename()).toMatch(/^personal-data-.*\.zip$/);
    await inspect(page, 'own-privacy-dark');
    expect(troubles).toEqual([]);
    await close();
  });

  it('the principal erases a person by typing the name', async () => {
    const { page, troubles, close } = await open({ ...desktop, colorScheme: 'dark' });
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
    await page.goto('/admin/privacy?section=person');
    await page.getByLabel('Name or number').fill(child.displayName);
    await page.getByRole('button', { name: child.displayName }).first().click();
    await see(page.getByRole('heading', { name: child.displayName }));
    // The file is theirs, not the principal's.
    expect(await button(page, 'Download').count()).toBe(0);
    await inspect(page, 'person-dark');
    await button(page, 'Erase this person').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').click();
    await page.getByRole('option', { name: 'The person objects' }).click();
    expect(await dialog.getByRole('button', { name: 'Erase for good' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type the name/).fill(child.displayName);
    await inspect(page, 'erase-dark');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await see(page.getByText('Everything about this person was erased.'));
    await page.getByRole('tab', { name: 'Requests' }).click();
    await see(page.getByText('Erased person'));
    await inspect(page, 'requests-dark');
    expect(troubles).toEqual([]);
    await close();
  });
});
