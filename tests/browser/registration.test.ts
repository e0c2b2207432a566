import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@muster/contracts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTheScene } from '../acceptance/cast.ts';
import { call, demoPassword, type Session, signIn } from '../acceptance/client.ts';
import { freePort, type MusterProcess, startMuster } from '../acceptance/muster-process.ts';
import { desktop, openWindow, type OpenWindow, phone, see, signInOn, startChromium } from './chromium.ts';
import { findings, settled } from './findings.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import { placeOf } from './track.ts';

/**
 * How somebody gets in who has no password, or no longer knows it: invited by the office, let in by the teacher's code on
 * a phone, and then at the gate. On a Muster of its own, with a mail server.
 */
describe('getting in', () => {
  let browser: Browser;
  let muster: MusterProcess;
  let mailbox: Mailbox;
  let dataFolder: string;
  let url: string;
  let principal: Session;
  let gate: { gateId: string; name: string };
  const newcomer = { userId: '', number: 'N-2026-77', name: 'Nia Berg', email: 'nia@lindenhof.example' };
  const password = 'seven quiet lanterns';

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'muster-registration-'));
    const port = await freePort();
    url = `http://localhost:${port}`;
    mailbox = await openMailbox();
    const mail = { MUSTER_SMTP_URL: mailbox.url, MUSTER_MAIL_FROM: 'Lindenhof <muster@lindenhof.example>' };
    muster = await startMuster({ dataFolder, port, environment: { MUSTER_PUBLIC_URL: url, ...mail } });
    browser = await startChromium();
    const { groups } = await setTheScene(url);
    principal = await signIn('principal@lindenhof.example', demoPassword, undefined, url);
    const [group] = (await call(routes.listGroups, {}, principal, {}, url)).items.filter(
      ({ groupId }) => groupId === groups.open[0],
    );
    const gates = (await call(routes.listGates, {}, principal, {}, url)).items;
    gate = gates.find(({ siteId }) => siteId === group?.siteId) ?? { gateId: '', name: '' };
    const { number, name: displayName, email } = newcomer;
    const place = { siteId: group?.siteId ?? '', groupId: group?.groupId ?? '' };
    const body = { displayName, role: 'member' as const, number, email, joinedOn: '2026-01-01', ...place };
    newcomer.userId = (await call(routes.addPerson, { body }, principal, {}, url)).userId;
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.stop();
    await mailbox?.close();
    await rm(dataFolder, { recursive: true, force: true });
  });

  const open = (options: BrowserContextOptions): Promise<OpenWindow> =>
    openWindow(browser, { ...options, baseURL: url });
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  /** Without a fault; and to be looked at, where somebody wants to. */
  const inspect = async (page: Page, name: string): Promise<void> => {
    await settled(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page), `${name}, ${colorScheme}`).toEqual([]);
      const folder = process.env['MUSTER_TEST_PICTURES'];
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
  };
  /** What was answered in another way than well was asked for. */
  const unexpected = ({ troubles }: OpenWindow): string[] => troubles.filter((trouble) => !/ 4(22|29) /.test(trouble));

  let teacher: OpenWindow;
  let member: OpenWindow;
  const shownCode = async (): Promise<string> => {
    const code = teacher.page.getByText(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    await see(code);
    return code.innerText();
  };

  it('the office invites somebody who is new', async () => {
    const office = await open(desktop);
    const { page } = office;
    await signInOn(page, 'office@lindenhof.example', demoPassword);
    await page.goto(`/admin/people/${newcomer.userId}`);
    await button(page, 'Invite by link').click();
    await see(page.getByText(`Invitation for ${newcomer.name}`));
    await page.keyboard.press('Escape');
    await see(page.getByRole('list', { name: 'Invitations' }).getByText('Open'));
    await inspect(page, 'invited-desktop');
    await office.close();
  });

  it('the teacher shows a code for somebody who is new', async () => {
    teacher = await open(desktop);
    const { page } = teacher;
    await signInOn(page, 'teacher@lindenhof.example', demoPassword);
    await page.goto(`/staff/members/${newcomer.userId}`);
    await button(page, 'Show a teacher code').click();
    await shownCode();
    await see(page.getByText(/^Works once, for another 1[45]:/));
    await see(page.getByRole('img', { name: `Code for ${newcomer.name}, to be scanned` }));
    await inspect(page, 'code-desktop');
    await page.setViewportSize(phone.viewport);
    await inspect(page, 'code-phone');
    await page.setViewportSize(desktop.viewport);
  });

  it('a wrong code opens nothing, and the right one says who it is for', async () => {
    member = await open({
      ...phone,
      permissions: ['geolocation'],
      geolocation: { ...placeOf('gate'), accuracy: 6 },
    });
    const { page } = member;
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Register with a code' }).click();
    await see(page.getByRole('heading', { name: 'Register this phone' }));
    await inspect(page, 'register-phone');
    await page.getByLabel('Short name of the college').fill('lindenhof');
    await page.getByLabel('Code', { exact: true }).fill('0000 0000');
    await button(page, 'Go on').click();
    await see(page.getByText('This code does not work'));
    await inspect(page, 'register-refused-phone');
    await page.getByLabel('Code', { exact: true }).fill((await shownCode()).toLowerCase().replace('-', ' '));
    await button(page, 'Go on').click();
    await see(page.getByText(new RegExp(`^${newcomer.name}, `)));
  });

  it('the member chooses a password, and is in', async () => {
    const { page } = member;
    await page.getByLabel('New password').fill('too short');
    await button(page, 'Register and sign in').click();
    await see(page.getByText(/15 characters/).first());
    await inspect(page, 'register-password-phone');
    await page.getByLabel('New password').fill(password);
    await button(page, 'Register and sign in').click();
    await page.waitForURL((address) => address.pathname === '/my');
    await see(teacher.page.getByText(`${newcomer.name} has used the code`));
    await inspect(teacher.page, 'code-used-desktop');
  });

  it('the device was confirmed by it: the gate lets it in at once', async () => {
    const { page } = member;
    const { text } = await call(routes.readPrintedCode, { params: { gateId: gate.gateId } }, principal, {}, url);
    await page.getByRole('link', { name: 'Scan to ENTER' }).click();
    await page.getByRole('textbox', { name: 'Or type the code' }).fill(text);
    await button(page, 'Go on').click();
    await see(page.getByRole('heading', { level: 2, name: gate.name }));
    await page.getByRole('button', { name: 'ENTER', exact: true }).click();
    await see(page.getByRole('heading', { name: /^You entered at/ }));
    expect(unexpected(member)).toEqual([]);
  });

  it('a second phone waits until a code confirms it', async () => {
    const second = await open(phone);
    const { page } = second;
    await signInOn(page, newcomer.email, password);
    await page.goto('/register');
    await see(page.getByRole('heading', { name: 'Confirm this device' }));
    await inspect(page, 'confirm-phone');
    await teacher.page.goto('/staff');
    await teacher.page.getByRole('row').filter({ hasText: newcomer.name }).click();
    await button(teacher.page, 'Show a teacher code').click();
    await page.getByLabel('Code', { exact: true }).fill(await shownCode());
    await button(page, 'Confirm this device').click();
    await see(page.getByText('This device is yours'));
    const { items } = await call(routes.listDevicesOf, { params: { memberId: newcomer.userId } }, principal, {}, url);
    expect(items.filter(({ state }) => state === 'own')).toHaveLength(2);
    await second.close();
  });

  it('the picture is scanned instead of typing, also by who has forgotten the password', async () => {
    const params = { memberId: newcomer.userId };
    const { link } = await call(routes.issueTeacherCode, { params }, principal, {}, url);
    const third = await open({ ...phone, locale: 'de-AT' });
    const { page } = third;
    await page.goto(link.replace(url, ''));
    await see(page.getByText('Ihr Passwort bleibt, wie es ist.'));
    await button(page, 'Ich habe es vergessen').click();
    await page.getByLabel('Neues Passwort').fill('nine loud kettles hum');
    await inspect(page, 'register-forgotten-phone');
    await button(page, 'Registrieren und anmelden').click();
    await page.waitForURL((address) => address.pathname === '/my');
    // Whoever knew the password from before is out.
    await member.page.goto('/my/inbox');
    await member.page.waitForURL((address) => address.pathname === '/sign-in');
    await page.goto('/sign-in');
    await third.close();
    const fourth = await open(phone);
    await fourth.page.goto(link.replace(url, ''));
    await see(fourth.page.getByText('This code does not work'));
    await fourth.close();
  });

  it('who has forgotten the password asks for a link, and is told the same whoever it is', async () => {
    const window = await open(phone);
    const { page } = window;
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await see(page.getByRole('heading', { name: 'Forgot your password?' }));
    await inspect(page, 'forgot-phone');
    await page.getByLabel('E-mail address or number').fill('nobody@lindenhof.example');
    await button(page, 'Send me a link').click();
    await see(page.getByText('Look into your mailbox'));
    await inspect(page, 'forgot-sent-phone');
    await page.reload();
    await page.getByLabel('E-mail address or number').fill(newcomer.email);
    await button(page, 'Send me a link').click();
    await see(page.getByText('Look into your mailbox'));
    const message = await mailbox.next();
    expect(message).toContain(`To: ${newcomer.name} <${newcomer.email}>`);
    const link = /http:\/\/localhost:\d+(\/set-password#[\w-]+)/.exec(message)?.[1] ?? '';
    await page.goto(link);
    await page.getByLabel('New password').fill('eleven green umbrellas');
    await button(page, 'Save the password').click();
    await see(page.getByText('Your password is set'));
    await signInOn(page, newcomer.email, 'eleven green umbrellas');
    await page.waitForURL((address) => address.pathname === '/my');
    expect(mailbox.count()).toBe(1);
    expect(unexpected(window)).toEqual([]);
    await window.close();
  });

  it('the principal sees how somebody signs in, and ends it', async () => {
    const window = await open(desktop);
    const { page } = window;
    await signInOn(page, 'principal@lindenhof.example', demoPassword);
    await page.goto(`/admin/people/${newcomer.userId}`);
    const section = page.getByRole('region', { name: 'Sign-in' });
    await see(section.getByText(/^Last signed in/));
    await see(section.getByText('No second factor'));
    await see(page.getByRole('region', { name: 'Teacher code' }).getByText(/: used$/));
    // Whoever has the link from before has nothing.
    await see(page.getByRole('list', { name: 'Invitations' }).getByText('Revoked'));
    await inspect(page, 'person-desktop');
    await section.getByRole('button', { name: 'Link for a new password' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Link for a new password' }).click();
    await see(page.getByText(`New password for ${newcomer.name}`));
    await page.keyboard.press('Escape');
    await section.getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await see(section.getByText('Nowhere now.'));
    await page.setViewportSize(phone.viewport);
    await inspect(page, 'person-phone');
    expect(unexpected(window)).toEqual([]);
    await window.close();
  });
});
