import { routes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Player } from './cast.ts';
import { call, office, principal, type Session, teacher } from './client.ts';
import { LiveClient } from './live-client.ts';
import { campus, eventually, fixAt, guardianOf, player, printedCode, punch, report, stay } from './scene.ts';

/**
 * 2. The phone reports its position. The student leaves the radius: the class teacher and the parents are alerted. The
 * student comes back: the excursion is closed, with its duration.
 */
describe('story 2: an excursion', () => {
  let student: Player & { session: Session };
  let params: { memberId: string };
  let guardian: Session;
  let place: Awaited<ReturnType<typeof campus>>;
  let ofTeacher: LiveClient;
  let ofGuardian: LiveClient;
  let date = '';
  let alertId = '';

  beforeAll(async () => {
    [student, place] = await Promise.all([player('excursion'), campus()]);
    params = { memberId: student.memberId };
    guardian = await guardianOf(student);
    ofTeacher = await LiveClient.open(await teacher(), ['attendance', 'location', 'alerts', 'inbox']);
    ofGuardian = await LiveClient.open(guardian, ['attendance', 'location', 'alerts', 'inbox']);
    const code = await printedCode(place.gateId);
    const { day } = await punch(student.session, 'ENTER', { at: place.inside, code });
    date = day.date;
  });
  afterAll(() => {
    ofTeacher?.close();
    ofGuardian?.close();
  });

  const isOfStudent = ({ memberId }: { readonly memberId: string }) => memberId === student.memberId;

  it('shows the way of the phone to the teacher, and to the guardian who agreed', async () => {
    await stay(student.session, place.inside, 2);
    const seen = await ofTeacher.heard('moved', isOfStudent);
    expect(seen.position).toMatchObject(place.inside);
    await ofTeacher.heard('presence', (each) => isOfStudent(each) && each.state === 'inside');
    await ofGuardian.heard('moved', isOfStudent);
  });

  it('opens nothing for one stray fix', async () => {
    await report(student.session, [fixAt(place.outside)]);
    await stay(student.session, place.inside, 3);
    await ofTeacher.heard('moved', (each) => isOfStudent(each) && each.position.latitude === place.outside.latitude);
    expect(ofTeacher.happenings('excursion-opened').filter(isOfStudent)).toEqual([]);
  });

  it('alerts the teacher and the guardian when the student has left the radius', async () => {
    await stay(student.session, place.outside, 2);
    const deciding = fixAt(place.outside);
    const sentAt = performance.now();
    const told = Promise.all([
      ofTeacher.heard('alert-raised', isOfStudent).then((alert) => ({ alert, afterMs: performance.now() - sentAt })),
      ofGuardian.heard('inbox', () => true).then(() => performance.now() - sentAt),
    ]);
    await report(student.session, [deciding]);
    const [{ alert, afterMs }] = await told;
    console.info(`The alert was on the teacher's socket ${Math.round(afterMs)} ms after the deciding fix was sent.`);
    expect(alert.alertKind).toBe('geo-violation');
    expect(alert.sentence.length).toBeGreaterThan(10);
    alertId = alert.alertId;
    await ofTeacher.heard('excursion-opened', isOfStudent);
    const item = await eventually('The guardian has it in the inbox', async () => {
      const { items, unread } = await call(routes.readInbox, { query: {} }, guardian);
      expect(unread).toBe(items.filter(({ readAt }) => readAt === null).length);
      return items.find(({ kind, memberId }) => kind === 'geo-violation' && memberId === student.memberId);
    });
    expect(item.readAt).toBeNull();
  });

  it('opens the position to the office while the alert lasts, and counts the look', async () => {
    const seen = await eventually('The office sees the position', async () => {
      const { presence } = await call(routes.readPresence, { params }, await office());
      return presence?.position;
    });
    expect(seen).toMatchObject(place.outside);
    const looks = await call(routes.listLooks, { params, query: {} }, student.session);
    expect(looks.items).toContainEqual(
      expect.objectContaining({ viewerRole: 'org_office', kind: 'live', purpose: 'safety' }),
    );
  });

  it('counts as outside in the numbers of the principal', async () => {
    const { level, items } = await call(routes.countBoard, {}, await principal());
    expect(level).toBe('full');
    const outside = items.filter(({ presence, tracking }) => presence === 'outside' && tracking);
    expect(outside.reduce((sum, { people }) => sum + people, 0)).toBeGreaterThan(0);
  });

  it('lets the teacher acknowledge the alert, once for all', async () => {
    const open = await call(routes.listAlerts, { query: { open: 'true' } }, await teacher());
    expect(open.items.map((alert) => alert.alertId)).toContain(alertId);
    const acknowledged = await call(routes.acknowledgeAlert, { params: { alertId } }, await teacher());
    expect(acknowledged.acknowledgedAt).not.toBeNull();
    expect(acknowledged.resolvedAt).toBeNull();
    await ofTeacher.heard('alert-changed', (each) => each.alertId === alertId && each.change === 'acknowledged');
  });

  it('closes the excursion when the student is back, with its duration', async () => {
    await stay(student.session, place.inside, 3);
    const closed = await ofTeacher.heard('excursion-closed', isOfStudent);
    expect(closed.durationMs).toBeGreaterThan(0);
    await ofTeacher.heard('alert-changed', (each) => each.alertId === alertId && each.change === 'resolved');
    const { excursions, outsideMs } = await call(routes.readTimeline, { params, query: { date } }, guardian);
    expect(excursions).toHaveLength(1);
    expect(excursions[0]).toMatchObject({ durationMs: closed.durationMs, endedAt: closed.endedAt });
    expect(excursions[0]!.farthestMeters).toBeGreaterThan(100);
    expect(outsideMs).toBe(closed.durationMs);
    await eventually('The guardian is told of the return', async () => {
      const { items } = await call(routes.readInbox, { query: {} }, guardian);
      return items.some(({ kind, memberId }) => kind === 'returned' && memberId === student.memberId);
    });
  });

  it('changes nothing when the phone sends everything once more', async () => {
    const repeated = fixAt(place.inside);
    await report(student.session, [repeated]);
    const { positions: before } = await call(routes.readTrack, { params, query: { date } }, student.session);
    expect(await report(student.session, [repeated, repeated])).toMatchObject({ stored: 2, dropped: 0 });
    const { positions: after } = await call(routes.readTrack, { params, query: { date } }, student.session);
    expect(after).toEqual(before);
  });

  it('asks the teacher why, before the history is shown, and shows the student who asked', async () => {
    const query = { date, purpose: 'Where was the student during the break?' };
    const refusal = await call(routes.readTrack, { params, query: { date } }, await teacher()).catch(String);
    expect(refusal).toContain('purpose-required');
    const { positions } = await call(routes.readTrack, { params, query }, await teacher());
    expect(positions.length).toBeGreaterThan(8);
    const { items } = await call(routes.listLooks, { params, query: {} }, student.session);
    expect(items).toContainEqual(
      expect.objectContaining({ viewerRole: 'supervisor', kind: 'history', reason: query.purpose }),
    );
    // The guardian sees the same list.
    expect((await call(routes.listLooks, { params, query: {} }, guardian)).items.length).toBeGreaterThan(0);
  });

  it('records that the teacher watched live', async () => {
    await eventually('The look over the socket is recorded', async () => {
      const { items } = await call(routes.listLooks, { params, query: {} }, student.session);
      return items.some(({ viewerRole, kind }) => viewerRole === 'supervisor' && kind === 'live');
    });
  });

  it('empties the inbox of the guardian, live', async () => {
    const before = ofGuardian.happenings('inbox').length;
    const { unread } = await call(routes.markInboxRead, { body: {} }, guardian);
    expect(unread).toBe(0);
    await ofGuardian.until(
      () =>
        ofGuardian
          .happenings('inbox')
          .slice(before)
          .find((each) => each.unread === 0),
      'unread 0',
    );
  });

  it('does not hold a step over the boundary against anybody, and keeps all of it in the audit log', async () => {
    const risk = await call(routes.readRisk, { params }, student.session);
    expect(risk).toMatchObject({ level: 'normal', signals: [] });
    const entries = await call(
      routes.listAuditEntries,
      { query: { objectId: student.memberId, limit: 200 } },
      await principal(),
    );
    const actions = entries.items.map(({ action }) => action);
    expect(actions).toContain('geo.excursion-opened');
    expect(actions).toContain('geo.excursion-closed');
    expect(actions).toContain('location.looked-at');
    const alerts = await call(routes.listAuditEntries, { query: { objectId: alertId } }, await principal());
    expect(alerts.items.map(({ action }) => action)).toEqual(['alert.acknowledged', 'alert.raised']);
  });
});
