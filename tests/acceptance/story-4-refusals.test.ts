import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { localMinutes, type Player, scheduleFrom } from './cast.ts';
import { as, call, demoPassword, principal, refusalOf, refused, type Session, signIn } from './client.ts';
import { campus, eventually, player, players, printedCode, punch, punchBody } from './scene.ts';

/**
 * 4. Someone tries to cheat, or is merely too early: the attempt is refused or flagged, with the evidence in words. The
 * group of these members is this file's alone, so that its schedule can be set for each part.
 */
describe('story 4: refusals', () => {
  let place: Awaited<ReturnType<typeof campus>>;
  let code = '';

  const setSchedule = async (entryMinutes: number, changes: Parameters<typeof scheduleFrom>[1] = {}) =>
    call(
      routes.replaceSchedule,
      { params: { groupId: inject('cast').groups.strict }, body: scheduleFrom(entryMinutes, changes) },
      await principal(),
    );
  const nowAtSite = () => localMinutes(place.site.timeZone);
  const nonceFor = async (session: Session, text = code): Promise<string> =>
    (await call(routes.scan, { body: { code: text } }, session)).nonce;
  const openSchedule = () => setSchedule(nowAtSite());
  const signalsOf = async ({ memberId, session }: Player & { session: Session }) =>
    (await call(routes.readRisk, { params: { memberId } }, session)).signals;

  beforeAll(async () => {
    place = await campus();
    code = await printedCode(place.gateId);
    await openSchedule();
  });

  describe('a code', () => {
    it('that is none', async () => {
      const { session } = await player('refusals', 0);
      const problem = await refused(routes.scan, { body: { code: 'https://example.org/menu' } }, session);
      expect(problem).toMatchObject({ status: 422, code: 'code-malformed' });
      expect(problem.detail).toBeTruthy();
    });

    it('of a gate that is not ours, or made up', async () => {
      const { session } = await player('refusals', 0);
      const [prefix, gateRef, version, mac = ''] = code.split('.');
      const foreignGate = [prefix, [...(gateRef ?? '')].reverse().join(''), version, mac].join('.');
      const forged = [prefix, gateRef, version, `${mac.startsWith('0') ? '1' : '0'}${mac.slice(1)}`].join('.');
      expect(await refusalOf(routes.scan, { body: { code: foreignGate } }, session)).toBe('code-foreign');
      expect(await refusalOf(routes.scan, { body: { code: forged } }, session)).toBe('code-foreign');
    });

    it('that was photographed: two steps later it is stale, and counts as a signal', async () => {
      const member = await player('refusals', 1);
      const kiosk = await openKiosk();
      const { codes, stepMs } = await readCodes(kiosk);
      const photographed = codes[0]!;
      await nonceFor(member.session, photographed.text);
      await sleep(Math.max(0, Date.parse(photographed.validUntil) - Date.now()) + stepMs + 500);
      const problem = await refused(routes.scan, { body: { code: photographed.text } }, member.session);
      expect(problem.code).toBe('code-stale');
      expect(problem.detail).toMatch(/seconds ago/);
      const signals = await eventually('The photograph counts', async () => {
        const found = await signalsOf(member);
        return found.length > 0 && found;
      });
      expect(signals[0]).toMatchObject({ kind: 'proxy-attendance', memberId: member.memberId });
      expect(signals[0]!.innocentExplanations.length).toBeGreaterThan(0);
    });

    it('from the future: the clock of the screen is ahead', async () => {
      const { session } = await player('refusals', 0);
      const { codes } = await readCodes(await openKiosk());
      expect(await refusalOf(routes.scan, { body: { code: codes.at(-1)!.text } }, session)).toBe('code-stale');
    });

    it('that was printed and revoked', async () => {
      const { session } = await player('refusals', 0);
      const gate = await call(
        routes.addGate,
        { body: { siteId: place.site.siteId, name: 'Acceptance Gate', position: place.inside } },
        await principal(),
      );
      const params = { gateId: gate.gateId };
      const old = await printedCode(gate.gateId);
      await nonceFor(session, old);
      const fresh = await call(routes.revokePrintedCode, { params }, await principal());
      expect(fresh.text).not.toBe(old);
      expect(await refusalOf(routes.scan, { body: { code: old } }, session)).toBe('code-revoked');
      await nonceFor(session, fresh.text);
    });

    it('of a screen whose link was made anew', async () => {
      const old = await openKiosk();
      await openKiosk();
      expect(await refusalOf(routes.readKioskCodes, {}, null, old)).toBe('not-signed-in');
    });
  });

  describe('a nonce', () => {
    it('that is none', async () => {
      const { session } = await player('refusals', 0);
      const body = punchBody(session, 'ENTER', randomUUID(), place.inside);
      expect(await refusalOf(routes.enter, { body }, session)).toBe('nonce-unknown');
    });

    it('of another account, and of the own account on another device', async () => {
      const [one, other] = await Promise.all([player('refusals', 0), player('refusals', 1)]);
      const body = punchBody(one.session, 'ENTER', await nonceFor(one.session), place.inside);
      expect(await refusalOf(routes.enter, { body }, other.session)).toBe('nonce-unknown');
      const tablet = await signIn(one.number, demoPassword);
      expect(await refusalOf(routes.enter, { body }, tablet)).toBe('nonce-unknown');
    });
  });

  describe('a window', () => {
    it('that has not opened, and says when it does', async () => {
      // On the last minutes of a day there is no later minute of that day to begin at.
      if (nowAtSite() >= 23 * 60 + 58) await sleep(130_000);
      await setSchedule(Math.min(nowAtSite() + 60, 23 * 60 + 59));
      const { session } = await player('refusals', 2);
      const { next } = await call(routes.scan, { body: { code } }, session);
      expect(next.direction).toBeNull();
      expect(next.sentence).toMatch(/opens at \d\d:\d\d/);
      const body = punchBody(session, 'ENTER', await nonceFor(session), place.inside);
      const problem = await refused(routes.enter, { body }, session);
      expect(problem.code).toBe('window-not-open');
      expect(problem.detail).toMatch(/opens at \d\d:\d\d/);
      await openSchedule();
    }, 200_000);

    it('that is over: a reason is asked for, and with it the same scan is taken, marked late', async () => {
      await setSchedule(nowAtSite(), { freeUntilMinutes: 0, lateAfterMinutes: 0 });
      const { session } = await player('refusals', 2);
      // The first second of the minute is free.
      await sleep(1_100);
      const { next } = await call(routes.scan, { body: { code } }, session);
      expect(next).toMatchObject({ direction: 'ENTER', reasonRequired: true });
      const nonce = await nonceFor(session);
      expect(await refusalOf(routes.enter, { body: punchBody(session, 'ENTER', nonce, place.inside) }, session)).toBe(
        'reason-required',
      );
      const body = punchBody(session, 'ENTER', nonce, place.inside, 'The bus broke down');
      const { punch: late, day } = await call(routes.enter, { body }, session);
      expect(late).toMatchObject({ verdict: 'accepted', reason: 'The bus broke down' });
      expect(late.lateByMinutes).toBeGreaterThan(0);
      expect(day.code).toBe('L');
      await openSchedule();
    });
  });

  describe('a second punch', () => {
    it('is the first one, when it comes within five minutes', async () => {
      const { session, memberId } = await player('refusals', 3);
      const first = await punch(session, 'ENTER', { at: place.inside, code });
      const again = await punch(session, 'ENTER', { at: place.inside, code });
      expect(again.punch).toEqual(first.punch);
      const { punches } = await call(routes.readToday, { params: { memberId } }, session);
      expect(punches).toHaveLength(1);
    });

    it('is refused as ENTER after EXIT: one pair a day', async () => {
      const { session } = await player('refusals', 3);
      await punch(session, 'EXIT', { at: place.inside, code, reason: 'Going home early' });
      const { next } = await call(routes.scan, { body: { code } }, session);
      expect(next.direction).toBeNull();
    });

    it('is refused as EXIT before any ENTER', async () => {
      const { session } = await player('refusals', 0);
      const body = punchBody(session, 'EXIT', await nonceFor(session), place.inside, 'Going home early');
      expect(await refusalOf(routes.exit, { body }, session)).toBe('not-entered');
    });

    it('makes one punch of fifty at once', async () => {
      const { session, memberId } = await player('refusals', 4);
      const nonce = await nonceFor(session);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          call(routes.enter, { body: punchBody(session, 'ENTER', nonce, place.inside) }, session),
        ),
      );
      expect(new Set(answers.map(({ punch: each }) => each.punchId)).size).toBe(1);
      const { punches } = await call(routes.readToday, { params: { memberId } }, session);
      expect(punches).toHaveLength(1);
    });
  });

  describe("another member's phone", () => {
    it('is refused, says so to the member, and counts as a signal', async () => {
      const lender = await player('refusals', 5);
      const borrower = players('refusals')[6]!;
      const device = { deviceId: lender.session.deviceId, name: 'The phone of a friend' };
      // Each has a phone of their own; now the second signs in on the first one's.
      await as(borrower.number);
      const session = await signIn(borrower.number, demoPassword, device);
      const body = punchBody(session, 'ENTER', await nonceFor(session), place.inside);
      const problem = await refused(routes.enter, { body }, session);
      expect(problem.code).toBe('device-foreign');
      const signals = await eventually('The phone counts', async () => {
        const found = await signalsOf({ ...borrower, session });
        return found.length > 0 && found;
      });
      expect(signals.map(({ kind }) => kind)).toContain('proxy-attendance');
      const { items } = await call(
        routes.listAuditEntries,
        { query: { objectId: borrower.memberId, action: 'attendance.enter-refused' } },
        await principal(),
      );
      expect(items).toHaveLength(1);
    });
  });

  describe('a punch that cannot be checked', () => {
    it('is held for a supervisor, who decides; then it counts', async () => {
      const member = await player('refusals', 7);
      const said = punchBody(member.session, 'ENTER', await nonceFor(member.session), null);
      const held = await call(routes.enter, { body: said }, member.session);
      expect(held.punch.verdict).toBe('held');
      expect(held.punch.findings.length).toBeGreaterThan(0);
      expect(held.day.tracking).toBe(false);
      const waiting = await call(routes.listHeldPunches, {}, await principal());
      expect(waiting.items.map((item) => item.punch.punchId)).toContain(held.punch.punchId);
      const params = { punchId: held.punch.punchId };
      const body = { accept: true, reason: 'I saw the student at the gate' };
      await call(routes.decidePunch, { params, body }, await principal());
      expect(await refusalOf(routes.decidePunch, { params, body }, await principal())).toBe('conflict');
      const today = await call(routes.readToday, { params: { memberId: member.memberId } }, member.session);
      expect(today.day).toMatchObject({ code: 'P', tracking: true });
    });
  });

  const openKiosk = async (): Promise<{ authorization: string }> => {
    const gates = await call(routes.listGates, {}, await principal());
    // The other gate: other files show the codes of the first.
    const gateId = gates.items.find((gate) => gate.gateId !== place.gateId)!.gateId;
    const { kioskSecret } = await call(routes.openKiosk, { params: { gateId } }, await principal());
    return { authorization: `Kiosk ${kioskSecret}` };
  };
  const readCodes = (kiosk: { authorization: string }) => call(routes.readKioskCodes, {}, null, kiosk);
});
