import { routes } from '@muster/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, demoPassword, principal } from '../acceptance/client.ts';
import { campus, players } from '../acceptance/scene.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';
import { placeOf } from './track.ts';

/** A student with two phones, the class teacher, and what becomes of the second phone: approved, used, lost. */
describe('a second phone', () => {
  let browser: Browser;
  let windows: Record<'first' | 'second' | 'teacher', OpenWindow>;
  let name = '';
  let code = '';
  let memberId = '';
  let steps = 0;

  beforeAll(async () => {
    browser = await startChromium();
    const atTheGate = {
      ...phone,
      permissions: ['geolocation'],
      geolocation: { ...placeOf('gate'), accuracy: 6 },
    };
    windows = {
      first: await openWindow(browser, atTheGate),
      second: await openWindow(browser, atTheGate),
      teacher: await openWindow(browser, desktop),
    };
    const [student] = players('live').slice(2);
    if (student === undefined) throw new Error('Nobody plays the student.');
    ({ memberId } = student);
    const office = await principal();
    name = (await call(routes.readToday, { params: { memberId } }, office)).member.displayName;
    const { gateId } = await campus();
    code = (await call(routes.readPrintedCode, { params: { gateId } }, office)).typed;
    await signInOn(windows.first.page, student.number, demoPassword);
    await signInOn(windows.second.page, student.number, demoPassword);
    await signInOn(windows.teacher.page, 'teacher@lindenhof.example', demoPassword);
  });
  afterAll(() => browser?.close());

  const button = (page: Page, label: string | RegExp) => page.getByRole('button', { name: label });
  const scan = async (page: Page, direction: 'ENTER' | 'EXIT'): Promise<void> => {
    await page.goto('/my/scan');
    await page.getByRole('textbox', { name: 'Or type the code' }).fill(code);
    await button(page, 'Go on').click();
    const reason = page.getByRole('textbox', { name: 'Why are you leaving early?' });
    if (direction === 'EXIT') await reason.fill('Seeing a doctor');
    // The page listens by now: it hears where the phone is.
    steps += 1;
    const { latitude, longitude } = placeOf('gate');
    await page.context().setGeolocation({ latitude: latitude + steps / 1e6, longitude, accuracy: 6 });
    await see(page.getByText(/^Your position is known to/));
    await page.getByRole('button', { name: direction, exact: true }).click();
  };

  it('is not the student’s by itself, as the first one is', async () => {
    const { first, second } = windows;
    await Promise.all([first, second].map(({ page }) => page.goto('/my/scan')));
    await see(first.page.getByRole('textbox', { name: 'Or type the code' }));
    expect(await first.page.getByText('This device is not yours yet').count()).toBe(0);
    await see(second.page.getByText('This device is not yours yet'));
    await second.page.getByRole('link', { name: 'I have a code' }).click();
    await see(second.page.getByRole('heading', { name: 'Confirm this device' }));
    await first.page.goto('/security');
    const own = first.page.getByRole('region', { name: 'Devices' });
    await see(own.getByText('Bound', { exact: true }));
    await see(own.getByText('Waits for approval'));
  });

  it('keeps its key so that nobody can take it away', async () => {
    const kept = await windows.second.page.evaluate(async () => {
      const opening = indexedDB.open('muster-device');
      await new Promise((done) => opening.addEventListener('success', done));
      const reading = opening.result.transaction('keys').objectStore('keys').get('device');
      await new Promise((done) => reading.addEventListener('success', done));
      const { privateKey } = reading.result as { privateKey: CryptoKey };
      const taken = await crypto.subtle.exportKey('jwk', privateKey).catch((error: Error) => error.name);
      return { isExtractable: privateKey.extractable, taken };
    });
    expect(kept).toEqual({ isExtractable: false, taken: 'InvalidAccessError' });
  });

  it('has its scan held until the teacher approves it; then the scan counts', async () => {
    const { second, teacher } = windows;
    await scan(second.page, 'ENTER');
    await see(second.page.getByRole('heading', { name: /waits/ }));
    await second.page.getByRole('link', { name: 'To my day' }).click();
    await teacher.page.goto('/staff/devices');
    const waiting = teacher.page.getByRole('listitem').filter({ hasText: name });
    await see(waiting.getByText('Waits for approval'));
    await button(waiting.page(), /^Approve /).click();
    await seeGone(waiting);
    await see(second.page.getByRole('region', { name: 'Tracking' }).getByText(/^Tracking is on until/));
  });

  it('punches as the first one did', async () => {
    await scan(windows.second.page, 'EXIT');
    await seeGone(windows.second.page.getByText('This device is not yours yet'));
    await see(windows.second.page.getByRole('heading', { name: /^You left at/ }));
  });

  it('is renamed by the student', async () => {
    const { page } = windows.second;
    await page.goto('/security');
    await button(page, /^Rename /)
      .first()
      .click();
    await page.getByRole('textbox', { name: 'Name' }).fill('My red phone');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await see(page.getByRole('region', { name: 'Devices' }).getByText('My red phone'));
  });

  it('is locked out in two clicks when it is lost', async () => {
    const { teacher, second } = windows;
    await teacher.page.goto(`/admin/people/${memberId}`);
    await button(teacher.page, 'My red phone is lost').click();
    await button(teacher.page, 'Lock it out').click();
    await see(teacher.page.getByRole('region', { name: 'Devices' }).getByText('Revoked'));
    await second.page.goto('/my');
    await second.page.waitForURL((url) => url.pathname === '/sign-in');
  });

  it('has troubled no window', () => {
    const troubles = Object.values(windows).flatMap((each) => each.troubles);
    // A session that has ended is answered 401.
    expect(troubles.filter((each) => !each.includes('401'))).toEqual([]);
  });
});
