import { routes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Player } from './cast.ts';
import { call, office, principal, refusalOf, type Session, teacher } from './client.ts';
import { LiveClient } from './live-client.ts';
import { campus, eventually, fixAt, guardianOf, player, printedCode, punch, report, rounded, stay } from './scene.ts';

/**
 * 3. The student scans and chooses EXIT. Attendance ends; from that moment staff cannot see the position, by any
 * screen, export or API. Parents keep a live view if that was agreed to.
 */
describe('story 3: EXIT', () => {
  /** The guardian of the first agreed to the live view, the guardian of the second did not. */
  let shown: Player & { session: Session };
  let hidden: Player & { session: Session };
  let staff: { readonly [role: string]: Session };
  let place: Awaited<ReturnType<typeof campus>>;
  let sockets: { readonly [role: string]: LiveClient };
  let date = '';
  let exitedAt = '';

  beforeAll(async () => {
    [shown, hidden, place] = await Promise.all([player('exit', 0), player('exit', 1), campus()]);
    staff = { teacher: await teacher(), office: await office(), principal: await principal() };
    const watchers = { ...staff, agreed: await guardianOf(shown), unagreed: await guardianOf(hidden) };
    sockets = Object.fromEntries(
      await Promise.all(
        Object.entries(watchers).map(
          async ([role, session]) => [role, await LiveClient.open(session, ['attendance', 'location'])] as const,
        ),
      ),
    );
    const code = await printedCode(place.gateId);
    for (const { session } of [shown, hidden]) {
      const { day } = await punch(session, 'ENTER', { at: place.inside, code });
      date = day.date;
      await stay(session, place.inside);
    }
  });
  afterAll(() => {
    for (const socket of Object.values(sockets ?? {})) socket.close();
  });

  const after = { latitude: 0, longitude: 0 };
  const isPlaceAfterwards = ({ latitude }: { readonly latitude: number }) => latitude === after.latitude;
  const showsAfterwards = (socket: LiveClient | undefined, memberId: string) =>
    socket?.happenings('moved').some((each) => each.memberId === memberId && isPlaceAfterwards(each.position));

  it('lets the teacher see both before', async () => {
    for (const { memberId } of [shown, hidden]) {
      await sockets['teacher']!.heard('moved', (each) => each.memberId === memberId);
      // The socket may be told a moment before the presence is judged.
      await eventually('The teacher reads the position', async () => {
        const { presence } = await call(routes.readPresence, { params: { memberId } }, staff['teacher']);
        return presence?.position ?? undefined;
      });
    }
  });

  it('asks for a reason before the exit time, and then ends attendance and tracking', async () => {
    const code = await printedCode(place.gateId);
    for (const { session, memberId } of [shown, hidden]) {
      const { next } = await call(routes.scan, { body: { code } }, session);
      expect(next).toMatchObject({ direction: 'EXIT', reasonRequired: true });
      const { punch: exit, day } = await punch(session, 'EXIT', { at: place.inside, code, reason: 'Seeing a doctor' });
      expect(exit).toMatchObject({ direction: 'EXIT', verdict: 'accepted', reason: 'Seeing a doctor' });
      expect(day).toMatchObject({ code: 'LE', exitedAt: exit.occurredAt, tracking: false, noExit: false });
      expect(day.leftEarlyByMinutes).toBeGreaterThan(0);
      const today = await call(routes.readToday, { params: { memberId } }, session);
      expect(today.tracking).toBeNull();
      exitedAt = exit.occurredAt;
    }
  });

  it('stores nothing of the phone any more, but the newest fix for the guardian who agreed', async () => {
    after.latitude = rounded(place.inside.latitude + 0.0101);
    after.longitude = place.inside.longitude;
    const ofShown = await report(shown.session, [fixAt(after)]);
    expect(ofShown).toMatchObject({ stored: 1, dropped: 0, tracking: true });
    const ofHidden = await report(hidden.session, [fixAt(after)]);
    expect(ofHidden).toEqual({ stored: 0, dropped: 1, quarantined: 0, tracking: false });
  });

  it('keeps the live view of the guardian who agreed', async () => {
    await sockets['agreed']!.until(
      () => showsAfterwards(sockets['agreed'], shown.memberId) || undefined,
      'the live view',
    );
    const { presence } = await eventually('The guardian sees the new place', async () => {
      const answer = await call(routes.readPresence, { params: { memberId: shown.memberId } }, await guardianOf(shown));
      return answer.presence?.position?.latitude === after.latitude && answer;
    });
    expect(presence?.position).toMatchObject(after);
    // No history: it was not agreed to.
    const track = { params: { memberId: shown.memberId }, query: { date, purpose: 'On the way home?' } };
    expect(await refusalOf(routes.readTrack, track, await guardianOf(shown))).toBe('not-permitted');
  });

  it('gives the other guardian nothing', async () => {
    const guardian = await guardianOf(hidden);
    const { presence } = await call(routes.readPresence, { params: { memberId: hidden.memberId } }, guardian);
    expect(presence).toBeNull();
    const { items } = await call(routes.listPresence, { query: {} }, guardian);
    expect(items).toEqual([]);
    expect(sockets['unagreed']!.happenings('moved')).toEqual([]);
  });

  it.each(['teacher', 'office', 'principal'])('shows the %s no position by any route', async (role) => {
    const session = staff[role]!;
    for (const { memberId } of [shown, hidden]) {
      const params = { memberId };
      expect(await call(routes.readPresence, { params }, session)).toEqual({ level: 'attendance', presence: null });
      const all = await call(routes.listPresence, { query: {} }, session);
      expect(all.items.map((each) => each.memberId)).not.toContain(memberId);
      const track = await call(
        routes.readTrack,
        { params, query: { date, purpose: 'Checking the day' } },
        session,
      ).catch(() => ({ positions: [] }));
      expect(track.positions.filter((each) => isPlaceAfterwards(each) || each.fixedAt > exitedAt)).toEqual([]);
      const { sessions } = await call(routes.readTimeline, { params, query: { date } }, session);
      expect(sessions).toHaveLength(1);
      expect(sessions[0]!.exitedAt).not.toBeNull();
    }
  });

  it('tells staff of EXIT over the socket, and of no place after it', async () => {
    for (const role of Object.keys(staff)) {
      for (const { memberId } of [shown, hidden]) {
        await sockets[role]!.heard('punched', (each) => each.memberId === memberId && each.direction === 'EXIT');
        expect(showsAfterwards(sockets[role], memberId)).toBe(false);
      }
    }
  });

  it('replays no place after EXIT either', async () => {
    const socket = await LiveClient.open(
      staff['principal']!,
      ['location', 'attendance'],
      sockets['teacher']!.frames.flatMap((frame) => (frame.type === 'subscribed' ? [frame.cursor] : []))[0],
    );
    await socket.heard('punched', (each) => each.memberId === hidden.memberId && each.direction === 'EXIT');
    for (const { memberId } of [shown, hidden]) expect(showsAfterwards(socket, memberId)).toBe(false);
    socket.close();
  });

  it('reports the month as CSV, for staff and for the member alone', async () => {
    const month = date.slice(0, 7);
    const run = async (session: Session): Promise<string> => {
      const { runId } = await call(routes.startReport, { body: { kind: 'monthly-attendance', month } }, session);
      const done = await eventually('The report is done', async () => {
        const report = await call(routes.readReport, { params: { runId } }, session);
        expect(report.status).not.toBe('failed');
        return report.status === 'done' && report;
      });
      expect(done).toMatchObject({ progress: 1, failure: null });
      expect((await call(routes.listReports, {}, session)).items.map((each) => each.runId)).toContain(runId);
      const csv = await call(routes.downloadReport, { params: { runId } }, session);
      expect(Buffer.byteLength(csv)).toBeGreaterThan(0);
      return csv;
    };
    const own = await run(shown.session);
    expect(own).toContain(shown.number);
    expect(own).not.toContain(hidden.number);
    const all = await run(staff['principal']!);
    expect(all).toContain(shown.number);
    expect(all).toContain(hidden.number);
    // What a spreadsheet shows of a member is attendance, never a place.
    expect(all).not.toContain(String(place.inside.latitude));
  });
});
