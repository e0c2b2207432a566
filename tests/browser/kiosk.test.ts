import { type Gate, routes } from '@muster/contracts';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, principal, type Session, student } from '../acceptance/client.ts';
import { eventually } from '../acceptance/scene.ts';
import { openWindow, type OpenWindow, see, seeGone, startChromium } from './chromium.ts';

/** The screen at a gate, which has to live with a bad network and a bad clock. */
describe('the screen at a gate', () => {
  let browser: Browser;
  let gate: Gate;
  let kiosk: OpenWindow;
  let member: Session;

  beforeAll(async () => {
    browser = await startChromium();
    const { items } = await call(routes.listGates, {}, await principal());
    gate = items[0]!;
    member = await student();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    kiosk = await openWindow(browser, { viewport: { width: 1280, height: 800 } });
  });
  afterEach(() => kiosk.close());

  const link = async (): Promise<string> =>
    (await call(routes.openKiosk, { params: { gateId: gate.gateId } }, await principal())).path;
  const typed = () => kiosk.page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const picture = () => kiosk.page.getByRole('img', { name: `Code of ${gate.name}` });

  /** What the screen shows at one moment. */
  const shown = () =>
    kiosk.page.evaluate(() => ({
      at: document.querySelector('time')?.dateTime ?? '',
      text: /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(document.body.innerText)?.[0] ?? '',
      picture: document.querySelector('[role=img] path')?.getAttribute('d') ?? '',
    }));

  it('shows the code of the gate, its time and that it is connected', async () => {
    await kiosk.page.goto(await link());
    await see(kiosk.page.getByRole('heading', { name: gate.name }));
    await see(picture());
    await see(kiosk.page.getByText('Connected'));
    const code = await typed().innerText();
    const { gateName } = await call(routes.scan, { body: { code } }, member);
    expect(gateName).toBe(gate.name);
    expect(kiosk.troubles).toEqual([]);
  });

  it('goes on with valid codes for a minute without a network, then says that it has none, and recovers', async () => {
    const { page } = kiosk;
    // The page's clock is moved, not waited for: the codes of the next two minutes are there already.
    await page.clock.install();
    const path = await link();
    await page.goto(path);
    await see(typed());
    const authorization = `Kiosk ${path.split('#')[1] ?? ''}`;
    const { codes } = await call(routes.readKioskCodes, {}, null, { authorization });
    await page.context().setOffline(true);
    for (const second of [15, 30, 45, 60]) {
      const before = (await shown()).picture;
      await page.clock.runFor(15_000);
      const { at, text } = await eventually(`Another picture after ${second} s`, async () => {
        const now = await shown();
        return now.picture !== before && now;
      });
      // The code of that later time, as the server will accept it then.
      const due = codes.find(({ validFrom, validUntil }) => validFrom <= at && at < validUntil);
      expect(text).toBe(due?.typed);
    }
    await see(page.getByText('No network; the code is still valid'));

    await page.clock.runFor(90_000);
    await see(page.getByRole('alert').getByText('No valid code'));
    await see(page.getByText('No network; it is being tried again'));
    expect(await typed().count()).toBe(0);

    await page.context().setOffline(false);
    await page.clock.runFor(5_000);
    await see(page.getByText('Connected'));
    await see(typed());
  });

  it('says by how much the clock of the device is wrong, and shows the right code all the same', async () => {
    const { page } = kiosk;
    await page.clock.install({ time: new Date(Date.now() + 7 * 60_000) });
    await page.goto(await link());
    await see(page.getByText(/^This device's clock is 7\smin ahead\. The code is right/));
    const code = await typed().innerText();
    await call(routes.scan, { body: { code } }, member);
  });

  it('shows no code for a link that a newer one has replaced', async () => {
    const old = await link();
    await link();
    await kiosk.page.goto(old);
    await see(kiosk.page.getByRole('alert').getByText('This screen is not linked to a gate'));
    await seeGone(typed());
  });
});
