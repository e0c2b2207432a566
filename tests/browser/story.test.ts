import { routes } from '@muster/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, demoPassword, principal, teacher } from '../acceptance/client.ts';
import { campus, players } from '../acceptance/scene.ts';
import { desktop, openWindow, type OpenWindow, phone, see, seeGone, signInOn, startChromium } from './chromium.ts';
import { mapEmpties, personGoesNorth, personOn } from './map.ts';
import { createWalker, placeOf } from './track.ts';

/**
 * The story in windows side by side: a student's phone, the class teacher's screen, a parent's phone and the screen at
 * the gate. The phone's position follows a recorded track; all that is seen comes from there through the whole system.
 */
describe('a day at the college', () => {
  let browser: Browser;
  let windows: Record<'student' | 'teacher' | 'parent' | 'principal' | 'kiosk', OpenWindow>;
  let name = '';
  let teacherName = '';
  let principalName = '';
  let gateName = '';
  let walker: ReturnType<typeof createWalker>;

  beforeAll(async () => {
    browser = await startChromium();
    const open = async () => ({
      student: await openWindow(browser, {
        ...phone,
        permissions: ['geolocation'],
        geolocation: { ...placeOf('gate'), accuracy: 6 },
      }),
      teacher: await openWindow(browser, desktop),
      parent: await openWindow(browser, phone),
      principal: await openWindow(browser, desktop),
      kiosk: await openWindow(browser, { viewport: { width: 1280, height: 800 } }),
    });
    windows = await open();
    walker = createWalker(windows.student.page);

    const [student] = players('excursion');
    const guardian = student?.guardians.find(({ live }) => live);
    if (student === undefined || guardian === undefined) throw new Error('Nobody plays the student.');
    // Not by signing in: the first phone somebody signs in on is bound to them.
    const params = { memberId: student.memberId };
    name = (await call(routes.readToday, { params }, await principal())).member.displayName;
    teacherName = (await call(routes.whoAmI, {}, await teacher())).displayName;
    principalName = (await call(routes.whoAmI, {}, await principal())).displayName;
    const { gateId } = await campus();
    const { path } = await call(routes.openKiosk, { params: { gateId } }, await principal());
    await windows.kiosk.page.goto(path);
    const gates = await call(routes.listGates, {}, await principal());
    gateName = gates.items.find((gate) => gate.gateId === gateId)?.name ?? '';

    await Promise.all([
      signInOn(windows.student.page, student.number, demoPassword),
      signInOn(windows.teacher.page, 'teacher@lindenhof.example', demoPassword),
      signInOn(windows.parent.page, guardian.email, demoPassword),
      signInOn(windows.principal.page, 'principal@lindenhof.example', demoPassword),
    ]);
    await windows.parent.page.goto('/family/inbox');
    await windows.principal.page.goto('/admin');
  });
  afterAll(() => browser?.close());

  const row = () => windows.teacher.page.getByRole('row').filter({ hasText: name });
  const liveMap = () => windows.teacher.page.getByRole('region', { name: /^Live map/ });
  const typedCode = () => windows.kiosk.page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).innerText();

  /** Types what the screen at the gate shows at this moment, as somebody without a camera does. */
  const scanAtGate = async (page: Page): Promise<void> => {
    await page.getByRole('textbox', { name: 'Or type the code' }).fill(await typedCode());
    await page.getByRole('button', { name: 'Go on' }).click();
    await see(page.getByRole('heading', { level: 2, name: gateName }));
  };

  it('starts before the gate: not marked on the board, tracked by nobody', async () => {
    await see(row().getByText('Not marked'));
    await see(windows.student.page.getByRole('link', { name: 'Scan to ENTER' }));
    expect(await windows.student.page.getByRole('region', { name: 'Tracking' }).count()).toBe(0);
    await see(windows.parent.page.getByRole('heading', { name: 'Messages' }));
  });

  it('lets the student in with the code that the screen shows, and says who can see from now on', async () => {
    const { page } = windows.student;
    await page.getByRole('link', { name: 'Scan to ENTER' }).click();
    await scanAtGate(page);
    await page.getByRole('button', { name: 'ENTER', exact: true }).click();
    await see(page.getByRole('heading', { name: /^You entered at/ }));
    await page.getByRole('link', { name: 'To my day' }).click();
    await see(page.getByRole('region', { name: 'Tracking' }).getByText(/^Tracking is on until/));
    await see(page.getByRole('region', { name: 'Who can see you now' }).getByText(teacherName));
  });

  it('shows the student as present to the teacher, and moving on the map', async () => {
    await walker.walkTo('avenue');
    await see(row().getByText('Present'));
    const onAvenue = await personOn(liveMap());
    await walker.walkTo('court');
    await personGoesNorth(liveMap(), onAvenue);
  });

  it('tells the teacher and the parent when the student has left the campus', async () => {
    const { page } = windows.teacher;
    // It comes while the student still walks on, and goes after a while.
    const toast = see(page.getByText('New alert'));
    await Promise.all([walker.walkTo('village'), toast]);
    await Promise.all([
      see(row().getByText('Outside')),
      see(page.getByRole('button', { name: '1 open alert' })),
      see(windows.parent.page.getByRole('listitem').filter({ hasText: name })),
      see(windows.student.page.getByText(/^Outside the campus since/)),
    ]);
  });

  it('counts the student as outside for the principal', async () => {
    const { page } = windows.principal;
    await see(page.getByRole('button', { name: /^1 ?Outside$/ }));
    await see(page.getByRole('heading', { name: '1 open alert' }));
  });

  it('leads the teacher from the alert to the student on the map', async () => {
    const { page } = windows.teacher;
    // The village lies beyond the edge of what the map shows of the campus.
    await mapEmpties(liveMap());
    await page.getByRole('button', { name: '1 open alert' }).click();
    const drawer = page.getByRole('dialog').filter({ hasText: 'Open alerts' });
    await drawer.getByRole('link', { name: 'Show on the map' }).click();
    await see(page.getByRole('region', { name: `The day of ${name}` }).getByText(/^Outside, .* so far/));
    await personOn(liveMap());
  });

  it('closes the stay outside with its duration when the student is back', async () => {
    await walker.walkTo('hall');
    await see(row().getByText('Present'));
    const panel = windows.teacher.page.getByRole('region', { name: `The day of ${name}` });
    await see(panel.getByText(/^Outside for \d/));
    await see(windows.student.page.getByText(/^Outside for \d/));
    await see(windows.parent.page.getByRole('listitem').filter({ hasText: /back/i }));
    await panel.getByRole('button', { name: 'Close the person’s day' }).click();
  });

  it('ends at EXIT: the teacher sees the student no more', async () => {
    const { page } = windows.student;
    await personOn(liveMap());
    await page.getByRole('link', { name: 'Scan to EXIT' }).click();
    await scanAtGate(page);
    await walker.walkTo('exit');
    await page.getByRole('textbox', { name: 'Why are you leaving early?' }).fill('Seeing a doctor');
    await page.getByRole('button', { name: 'EXIT', exact: true }).click();
    await see(page.getByRole('heading', { name: /^You left at/ }));
    await seeGone(page.getByRole('region', { name: 'Tracking' }));
    await see(row().getByText('Left'));
    await mapEmpties(liveMap());
  });

  it('shows the student who looked', async () => {
    const { page } = windows.student;
    await page.goto('/my/looks');
    const looks = page.getByRole('listitem').filter({ hasText: teacherName });
    await see(looks.filter({ hasText: 'live on the map' }));
    // Whoever reads numbers looks at nobody.
    expect(await page.getByText(principalName).count()).toBe(0);
  });

  it('left no error in any window', () => {
    expect(Object.values(windows).flatMap(({ troubles }) => troubles)).toEqual([]);
  });
});
