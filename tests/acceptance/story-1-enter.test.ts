import { routes } from '@muster/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Player } from './cast.ts';
import { call, office, principal, type Session, teacher } from './client.ts';
import { LiveClient } from './live-client.ts';
import { campus, eventually, fixAt, guardianOf, player, printedCode, punchBody, report } from './scene.ts';

/** 1. A student scans the code at the gate and chooses ENTER: attendance starts, tracking starts, the screen says so. */
describe('story 1: ENTER', () => {
  let student: Player & { session: Session };
  let params: { memberId: string };
  let place: Awaited<ReturnType<typeof campus>>;
  let date = '';
  let nonce = '';

  beforeAll(async () => {
    [student, place] = await Promise.all([player('enter'), campus()]);
    params = { memberId: student.memberId };
  });

  it('shows before the scan what is planned, and that nothing is tracked', async () => {
    const today = await call(routes.readToday, { params }, student.session);
    expect(today.plan).not.toBeNull();
    expect(today.day).toMatchObject({ code: 'NM', enteredAt: null, tracking: false });
    expect(today.tracking).toBeNull();
    date = today.day.date;
  });

  it('drops a position before ENTER: tracking is off by default', async () => {
    const outcome = await report(student.session, [fixAt(place.inside)]);
    expect(outcome).toEqual({ stored: 0, dropped: 1, quarantined: 0, tracking: false });
    const track = await call(routes.readTrack, { params, query: { date } }, student.session);
    expect(track.positions).toEqual([]);
    const seen = await call(routes.readPresence, { params }, await teacher());
    expect(seen).toEqual({ level: 'attendance', presence: null });
  });

  it('exchanges the code on the screen at the gate for a nonce, and says what can be done with it', async () => {
    const { kioskSecret } = await call(routes.openKiosk, { params: { gateId: place.gateId } }, await principal());
    const kiosk = { authorization: `Kiosk ${kioskSecret}` };
    const { codes, serverAt } = await call(routes.readKioskCodes, {}, null, kiosk);
    const shown = codes.find(({ validFrom, validUntil }) => validFrom <= serverAt && serverAt < validUntil);
    expect(shown).toBeDefined();
    // Enough for a minute without network.
    expect(Date.parse(codes.at(-1)!.validUntil) - Date.parse(serverAt)).toBeGreaterThanOrEqual(60_000);

    const scanned = await call(routes.scan, { body: { code: shown!.text } }, student.session);
    expect(scanned.next).toMatchObject({ direction: 'ENTER', reasonRequired: false });
    nonce = scanned.nonce;
  });

  it('takes the printed code, too, and the short form that is typed', async () => {
    const printed = await call(routes.scan, { body: { code: await printedCode(place.gateId) } }, student.session);
    expect(printed.gateName.length).toBeGreaterThan(0);
    const { kioskSecret } = await call(routes.openKiosk, { params: { gateId: place.gateId } }, await office());
    const { codes } = await call(routes.readKioskCodes, {}, null, { authorization: `Kiosk ${kioskSecret}` });
    const typed = await call(routes.scan, { body: { code: codes[0]!.typed } }, student.session);
    expect(typed.next.direction).toBe('ENTER');
  });

  it('takes the ENTER, and tells the teacher live', async () => {
    const live = await LiveClient.open(await teacher(), ['attendance']);
    const { punch, day } = await call(
      routes.enter,
      { body: punchBody(student.session, 'ENTER', nonce, place.inside) },
      student.session,
    );
    expect(punch).toMatchObject({ direction: 'ENTER', verdict: 'accepted', lateByMinutes: 0, findings: [] });
    expect(day).toMatchObject({ code: 'P', tracking: true, enteredAt: punch.occurredAt, exitedAt: null });
    await live.heard('punched', ({ memberId, direction }) => memberId === student.memberId && direction === 'ENTER');
    live.close();
  });

  it('says on the screen since when, until when and by whom the position is seen', async () => {
    const { tracking, punches } = await call(routes.readToday, { params }, student.session);
    expect(punches).toHaveLength(1);
    const now = new Date().toISOString();
    expect(tracking!.since <= now && now < tracking!.until).toBe(true);
    expect(tracking!.seenBy.length).toBeGreaterThan(0);
  });

  it('stores positions from now on, and the teacher sees the student inside', async () => {
    const outcome = await report(student.session, [fixAt(place.inside)]);
    expect(outcome).toEqual({ stored: 1, dropped: 0, quarantined: 0, tracking: true });
    const seen = await eventually('The student is seen inside', async () => {
      const { presence } = await call(routes.readPresence, { params }, await teacher());
      return presence?.state === 'inside' && presence.position !== null && presence;
    });
    expect(seen.position).toMatchObject(place.inside);
  });

  it('shows the office in or out, without coordinates', async () => {
    const { level, presence } = await call(routes.readPresence, { params }, await office());
    expect(level).toBe('presence');
    expect(presence).toMatchObject({ state: 'inside', position: null });
  });

  it('shows the student present to teacher and guardian, and the guardian no position without agreement', async () => {
    const { items } = await call(routes.readBoard, { query: { groupId: student.groupId } }, await teacher());
    const row = items.find(({ member }) => member.memberId === student.memberId);
    expect(row?.day).toMatchObject({ code: 'P', tracking: true });
    const guardian = await guardianOf(student);
    expect((await call(routes.readToday, { params }, guardian)).day.code).toBe('P');
    const seen = await call(routes.readPresence, { params }, guardian);
    expect(seen).toEqual({ level: 'attendance', presence: null });
  });

  it('tells the guardian in the inbox', async () => {
    const guardian = await guardianOf(student);
    const item = await eventually('The guardian is told', async () => {
      const { items } = await call(routes.readInbox, { query: {} }, guardian);
      return items.find(({ kind, memberId }) => kind === 'entered' && memberId === student.memberId);
    });
    expect(item.readAt).toBeNull();
  });

  it('counts the day and stands in the audit log', async () => {
    const query = { memberId: student.memberId, from: date, to: date };
    const { items } = await call(routes.listDays, { query }, student.session);
    expect(items).toMatchObject([{ date, code: 'P', tracking: true }]);
    const entries = await call(routes.listAuditEntries, { query: { objectId: student.memberId } }, await principal());
    const entry = entries.items.find(({ action }) => action === 'attendance.enter-accepted');
    expect(entry?.actor).toMatchObject({ kind: 'user', userId: student.memberId, role: 'member' });
  });
});
