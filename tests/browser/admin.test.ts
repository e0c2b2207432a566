import { type Gate, routes, type Site } from '@muster/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, demoPassword, principal } from '../acceptance/client.ts';
import { campus } from '../acceptance/scene.ts';
import { desktop, openWindow, type OpenWindow, see, seeGone, signInOn, startChromium } from './chromium.ts';

/** What an administrator sets up: by the forms, with what follows from it beside them. */
describe('administration', () => {
  let browser: Browser;
  let office: OpenWindow;
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    browser = await startChromium();
    office = await openWindow(browser, desktop);
    page = office.page;
    ({ site } = await campus());
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
  });
  afterAll(() => browser?.close());

  const geofences = async () =>
    (await call(routes.listSites, {}, await principal())).items.find(({ siteId }) => siteId === site.siteId)
      ?.geofences ?? [];

  it('draws a geofence on the map and says what it means', async () => {
    await page.goto(`/admin/sites/${site.siteId}`);
    await page.getByRole('button', { name: 'Another geofence' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Linden Court');
    await see(page.getByText('Nothing is drawn yet.'));
    const editor = page.getByRole('group', { name: 'Draw the geofence' });
    const map = editor.getByRole('region', { name: 'Draw the geofence' });
    await see(editor.locator('section[data-ready]'));
    await page.getByRole('button', { name: 'Circle' }).click();
    const box = await map.boundingBox();
    if (box === null) throw new Error('There is no map.');
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.click(middle.x, middle.y);
    await page.mouse.move(middle.x + 40, middle.y, { steps: 5 });
    await page.mouse.click(middle.x + 40, middle.y);
    await see(page.getByText(/^About \d+\sm across/));
    await page.getByRole('button', { name: 'Save the geofence' }).click();
    await see(page.getByText('Saved; positions are judged by it from now on'));
    const saved = (await geofences()).find(({ name }) => name === 'Linden Court');
    expect(saved?.shape.kind).toBe('circle');
  });

  it('removes it again', async () => {
    await page.getByRole('button', { name: 'Remove this one' }).click();
    await page.getByRole('button', { name: 'Save the geofence' }).click();
    await see(page.getByRole('button', { name: 'Save the geofence', disabled: true }));
    expect((await geofences()).map(({ shape }) => shape)).toEqual(site.geofences.map(({ shape }) => shape));
  });

  it('says what other times would mean before they are saved', async () => {
    await page.goto('/admin/schedules');
    const group = page.getByRole('link', { name: /Year 1 Arts/ }).or(page.getByRole('button', { name: /Year 1 Arts/ }));
    await group.first().click();
    await see(page.getByRole('heading', { name: 'Year 1 Arts' }));
    await page.getByLabel('Entry time').fill('08:45');
    await page.getByLabel('Exit time').fill('15:30');
    await page.getByRole('textbox', { name: 'Late after entry' }).fill('5');
    await see(page.getByText('After 08:50 somebody is late.'));
    await page.getByLabel('Try a time').fill('08:52');
    await see(page.getByText(/^Late by 7\smin\./));
    await page.getByRole('button', { name: 'Save from today on' }).click();
    await see(page.getByText('Year 1 Arts has new times from today on'));
  });

  it('adds a gate, and prints the sheet for it', async () => {
    await page.goto('/admin/gates');
    await page.getByRole('button', { name: 'Add a gate' }).click();
    const form = page.getByRole('form', { name: 'Add a gate' });
    await form.getByRole('textbox', { name: 'Name' }).fill('West Gate');
    await form.getByRole('textbox', { name: 'Latitude' }).fill('46.9212');
    await form.getByRole('textbox', { name: 'Longitude' }).fill('15.8711');
    await form.getByRole('button', { name: 'Add a gate' }).click();
    await see(page.getByText('West Gate is there; print its code or open a screen'));
    const [sheet] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('listitem').filter({ hasText: 'West Gate' }).getByRole('link', { name: 'Print code' }).click(),
    ]);
    await see(sheet.getByRole('heading', { name: 'West Gate', level: 1 }));
    await see(sheet.getByRole('img', { name: 'Printed code of West Gate' }));
    await sheet.emulateMedia({ media: 'print' });
    // What is only for the screen is not on the paper.
    await seeGone(sheet.getByRole('button', { name: 'Print' }));
    const pdf = await sheet.pdf({ preferCSSPageSize: true });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await sheet.close();
    const gates = (await call(routes.listGates, {}, await principal())).items;
    expect(gates.map(({ name }: Gate) => name)).toContain('West Gate');
  });

  it('opens a screen for a gate, with a link that is shown once', async () => {
    await page
      .getByRole('listitem')
      .filter({ hasText: 'West Gate' })
      .getByRole('button', { name: 'Open a screen' })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click();
    const shown = page.getByRole('dialog', { name: 'The screen of West Gate' });
    expect(await shown.getByRole('textbox', { name: 'Link' }).inputValue()).toMatch(/\/kiosk#.+/);
    await page.keyboard.press('Escape');
    await seeGone(shown);
  });

  it('finds people by name, number and e-mail', async () => {
    await page.goto('/admin/people');
    const field = page.getByRole('searchbox', { name: 'Name, number or e-mail' });
    const rows = page.getByRole('row');
    await field.fill('S-1017');
    await see(rows.filter({ hasText: 'S-1017' }));
    await seeGone(rows.filter({ hasText: 'S-1018' }));
    await field.fill('office@');
    await see(rows.filter({ hasText: 'Jonas Adeyemi' }));
    await field.fill('marchetti');
    await see(rows.filter({ hasText: 'Helene Marchetti' }));
    await field.fill('nobody is called so');
    await see(page.getByText('Nobody found'));
  });

  it('keeps all of it in the audit log, with who did it', async () => {
    await page.goto('/admin/audit');
    for (const what of ['Geofence changed', 'Times changed', 'Gate added', 'Screen opened at a gate']) {
      await see(page.getByRole('row').filter({ hasText: what }).filter({ hasText: 'Helene Marchetti' }));
    }
  });

  it('left no error in the window', () => {
    expect(office.troubles).toEqual([]);
  });
});
