import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPassword } from '../acceptance/client.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';

/** The administrator changes the table while a teacher has a window open. */
describe('permissions', () => {
  let browser: Browser;
  let office: OpenWindow;
  let teacher: OpenWindow;
  let page: Page;

  beforeAll(async () => {
    browser = await startChromium();
    office = await openWindow(browser, desktop);
    teacher = await openWindow(browser, desktop);
    page = office.page;
    await Promise.all([
      signInOn(page, 'principal@lindenhof.example', demoPassword),
      signInOn(teacher.page, 'teacher@lindenhof.example', demoPassword),
    ]);
  });
  afterAll(() => browser?.close());

  const field = () => page.getByRole('combobox', { name: 'Decide about held scans and corrections, Teacher' });
  const save = async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await see(page.getByText('Saved; it holds from now on').last());
  };
  const students = () => teacher.page.getByRole('row').filter({ hasText: 'Not marked' });

  it('shows what each role may do, and how far', async () => {
    await page.getByRole('link', { name: 'Permissions' }).click();
    await see(page.getByRole('heading', { name: 'Permissions', level: 1 }));
    expect(await field().inputValue()).toBe('assigned');
    expect(await page.getByRole('combobox', { name: 'Change permissions, Principal' }).count()).toBe(0);
  });

  it('takes the class away from a window that is open, and gives it back', async () => {
    await teacher.page.goto('/staff');
    await see(students().first());
    await field().selectOption('none');
    await save();
    await seeGone(students().first());
    await field().selectOption('assigned');
    await save();
    await see(students().first());
  });

  it('explains what one person may do, and changes it for them alone', async () => {
    await page.getByPlaceholder('Name, number or e-mail').fill('teacher@');
    await page.getByRole('listbox').getByRole('option').first().click();
    await see(page.getByText('assigned groups: usual for this role.').first());
    await page.getByRole('combobox', { name: 'See members' }).selectOption('organization');
    await save();
    await see(page.getByText('everybody: granted to this person.'));
    await page.getByRole('combobox', { name: 'See members' }).selectOption('as-role');
    await save();
    await seeGone(page.getByText('everybody: granted to this person.'));
  });

  it('fits on a phone, one role at a time', async () => {
    const small = await openWindow(browser, phone);
    await signInOn(small.page, 'principal@lindenhof.example', demoPassword);
    await small.page.goto('/admin/permissions');
    await small.page.getByRole('combobox', { name: 'Role' }).selectOption('guardian');
    await see(small.page.getByRole('combobox', { name: 'See members, Parent' }));
    expect(small.troubles).toEqual([]);
    await small.close();
  });

  it('left no error in the windows', () => {
    const refused = (trouble: string): boolean => trouble.includes('status of 403');
    expect([...office.troubles, ...teacher.troubles.filter((trouble) => !refused(trouble))]).toEqual([]);
  });
});
