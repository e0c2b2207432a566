import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { baseUrl } from '../acceptance/client.ts';
import type {} from '../acceptance/target.ts';

/** Chromium windows as people have them open, and what goes wrong in them. */

/** What may take long on a busy machine still has to come. */
const deadlineMs = 30_000;

export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    // Without a graphics card the maps are drawn in software.
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  });

const chromiumPath = (): string => {
  const given = process.env['MUSTER_TEST_CHROMIUM'];
  if (given !== undefined && given !== '') return given;
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error('No Chromium found: name its path in MUSTER_TEST_CHROMIUM.');
  return found;
};

export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
} as const satisfies BrowserContextOptions;

export const desktop = { viewport: { width: 1440, height: 900 } } as const satisfies BrowserContextOptions;

export interface OpenWindow {
  readonly page: Page;
  /** Errors in the console, exceptions nobody caught, violations of the content security policy, answers of 5xx. */
  readonly troubles: string[];
  close(): Promise<void>;
}

/** A window of its own: nothing is shared with the others, as if on another device. */
export const openWindow = async (browser: Browser, options: BrowserContextOptions = {}): Promise<OpenWindow> => {
  const context = await browser.newContext({
    baseURL: baseUrl(),
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(deadlineMs);
  const troubles: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on('response', (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()} ${response.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const page = await context.newPage();
  return { page, troubles, close: () => context.close() };
};

/** Signs in on the sign-in page, whatever its language. */
export const signInOn = async (page: Page, identifier: string, password: string): Promise<void> => {
  await page.goto('/sign-in');
  await page.locator('input[autocomplete=username]').fill(identifier);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
};

/**
 * Waits until something can be seen.
 * @throws with what the page says instead.
 */
export const see = (locator: Locator): Promise<void> => waitFor(locator, 'visible');

/** Waits until something can no longer be seen. @throws with what the page says. */
export const seeGone = (locator: Locator): Promise<void> => waitFor(locator, 'hidden');

const waitFor = async (locator: Locator, state: 'visible' | 'hidden'): Promise<void> => {
  const one = state === 'visible' ? locator.first() : locator;
  try {
    await one.waitFor({ state, timeout: deadlineMs });
  } catch (error) {
    const page = locator.page();
    const text = await page.locator('body').innerText();
    const picture = join(tmpdir(), `muster-browser-${process.pid}-${Math.round(performance.now())}.png`);
    await page.screenshot({ path: picture });
    const said = `${page.url()} (${picture}) says:\n${text.slice(0, 1500)}`;
    throw new Error(`Not ${state}: ${String(locator)}; ${said}`, { cause: error });
  }
};
