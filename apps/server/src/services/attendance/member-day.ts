import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { type DayRow, endSession, insertSession, openSessionOf, saveDay, sessionOfDay } from './day-store.ts';
import type { MemberRow } from './people-store.ts';
import { type PunchRow, punchesOfDay, toDayPunch } from './punch-store.ts';
import { judgeDay } from './rules/day.ts';
import { planOn } from './rules/plan-at.ts';
import type { Schedule } from './rules/schedule.ts';
import { minuteMs } from './rules/wall-clock.ts';

/** One member at one moment, with the lock of `lockMember` held wherever something is written. */
export interface MemberNow {
  orgId: string;
  member: Pick<MemberRow, 'member_id' | 'time_zone'>;
  schedules: readonly Schedule[];
  at: Date;
}

type Events = Pick<EventBus, 'append'>;

/** Works a day out from its punches and plan; `over` when it is known to have ended whatever the plan says now. */
export async function workOutDay(tx: Tx, now: MemberNow, date: string, over = false): Promise<DayRow> {
  const plan = planOn(now.schedules, date);
  const punches = await punchesOfDay(tx, now.member.member_id, date);
  const nowMs = over && plan !== null ? Math.max(now.at.getTime(), plan.closesAtMs + 1) : now.at.getTime();
  const judged = judgeDay(plan, null, punches.map(toDayPunch), { nowMs });
  // Nobody left, so the day ends when it was planned to, not when the site closed.
  const plannedEndMs = judged.noExit && plan !== null ? Math.max(plan.exitAtMs, judged.enteredAtMs ?? 0) : null;
  const exitedAtMs = judged.exitedAtMs ?? plannedEndMs;
  return {
    member_id: now.member.member_id,
    date,
    // Late and left early at once is "late"; the minutes tell both.
    code: judged.codes[0] ?? 'NM',
    entered_at: judged.enteredAtMs === null ? null : new Date(judged.enteredAtMs),
    exited_at: exitedAtMs === null ? null : new Date(exitedAtMs),
    late_by_minutes: judged.lateByMinutes,
    left_early_by_minutes: judged.leftEarlyByMinutes,
    worked_minutes: Math.floor(judged.workedMs / minuteMs),
    no_exit: judged.noExit,
  };
}

async function settleDay(tx: Tx, now: MemberNow, date: string): Promise<DayRow> {
  return keepDay(tx, now, await workOutDay(tx, now, date));
}

async function keepDay(tx: Tx, now: MemberNow, day: DayRow): Promise<DayRow> {
  await saveDay(tx, now.orgId, day, planOn(now.schedules, day.date)?.scheduleId ?? null, now.at);
  return day;
}

type AcceptedPunch = Pick<PunchRow, 'id' | 'direction' | 'date' | 'occurred_at' | 'site_id'>;

/**
 * What an accepted punch brings about, at once or when a supervisor accepts it later: tracking opens or ends at the
 * punch's own time, the day is worked out again, and everyone is told. A held punch does none of this: tracking
 * follows accepted punches only.
 * @throws Problem `conflict` when the day has no place for it any more.
 */
export async function takeEffect(tx: Tx, events: Events, now: MemberNow, punch: AcceptedPunch): Promise<DayRow> {
  return punch.direction === 'ENTER'
    ? enterTakesEffect(tx, events, now, punch)
    : exitTakesEffect(tx, events, now, punch);
}

async function enterTakesEffect(tx: Tx, events: Events, now: MemberNow, punch: AcceptedPunch): Promise<DayRow> {
  const plan = planOn(now.schedules, punch.date);
  if (plan === null) throw problem('conflict', { detail: 'Nothing is planned for that day any more.' });
  const isOver = plan.closesAtMs < now.at.getTime();
  if (!isOver && (await openSessionOf(tx, now.member.member_id)) !== undefined) {
    throw problem('conflict', { detail: 'The member is inside already, by another ENTER.' });
  }
  const session = {
    id: uuidv7(),
    member_id: now.member.member_id,
    site_id: punch.site_id,
    date: punch.date,
    enter_punch_id: punch.id,
    entered_at: punch.occurred_at,
    // Accepted after the site closed: nobody is tracked backwards in time.
    exited_at: isOver ? latest(new Date(plan.exitAtMs), punch.occurred_at) : null,
    planned_exit_at: new Date(plan.exitAtMs),
    ends_by: new Date(plan.closesAtMs),
  };
  await insertSession(tx, now.orgId, session);
  const day = await settleDay(tx, now, punch.date);
  await events.append(tx, now.orgId, [
    {
      type: 'attendance.entered',
      key: now.member.member_id,
      occurredAt: punch.occurred_at.toISOString(),
      payload: { ...factOf(now, punch, session, day, punch.occurred_at), lateByMinutes: day.late_by_minutes },
    },
  ]);
  if (session.exited_at !== null) await announceNoExit(tx, events, now, session, day, session.exited_at);
  return day;
}

async function exitTakesEffect(tx: Tx, events: Events, now: MemberNow, punch: AcceptedPunch): Promise<DayRow> {
  const session = await sessionOfDay(tx, now.member.member_id, punch.date);
  if (session === undefined) throw problem('conflict', { detail: 'The ENTER of that day has to be decided first.' });
  await endSession(tx, session.id, latest(punch.occurred_at, session.entered_at));
  const day = await settleDay(tx, now, punch.date);
  await events.append(tx, now.orgId, [
    {
      type: 'attendance.exited',
      key: now.member.member_id,
      occurredAt: punch.occurred_at.toISOString(),
      payload: {
        ...factOf(now, punch, session, day, punch.occurred_at),
        leftEarlyByMinutes: day.left_early_by_minutes,
        noExit: false,
      },
    },
  ]);
  return day;
}

/**
 * Ends the session of a member who never left, once the site has closed. The day counts until its planned end; tracking
 * went on until the closing, and what was seen until then (a late excursion, say) remains.
 * Resolves with the day, or undefined when there is no such session.
 */
export async function closeForgotten(tx: Tx, events: Events, now: MemberNow): Promise<DayRow | undefined> {
  const session = await openSessionOf(tx, now.member.member_id);
  if (session === undefined || session.ends_by >= now.at) return undefined;
  const endedAt = latest(session.planned_exit_at, session.entered_at);
  await endSession(tx, session.id, session.ends_by);
  const judged = await workOutDay(tx, now, session.date, true);
  // Also where the schedule was changed meanwhile and plans nothing for that day any more.
  const day = await keepDay(tx, now, { ...judged, exited_at: endedAt, no_exit: true });
  await announceNoExit(tx, events, now, session, day, endedAt);
  return day;
}

interface EndedSession {
  id: string;
  site_id: string;
  date: string;
  enter_punch_id: string;
}

async function announceNoExit(
  tx: Tx,
  events: Events,
  now: MemberNow,
  session: EndedSession,
  day: DayRow,
  endedAt: Date,
): Promise<void> {
  const punch = { id: session.enter_punch_id, date: session.date, site_id: session.site_id };
  await events.append(tx, now.orgId, [
    {
      type: 'attendance.exited',
      key: now.member.member_id,
      occurredAt: now.at.toISOString(),
      // There is no EXIT to name: the punch is the ENTER that was left open.
      payload: { ...factOf(now, punch, session, day, endedAt), leftEarlyByMinutes: 0, noExit: true },
    },
  ]);
}

const factOf = (
  now: MemberNow,
  punch: Pick<AcceptedPunch, 'id' | 'date' | 'site_id'>,
  session: { id: string },
  day: DayRow,
  at: Date,
) => ({
  memberId: now.member.member_id,
  punchId: punch.id,
  sessionId: session.id,
  siteId: punch.site_id,
  date: punch.date,
  at: at.toISOString(),
  code: day.code,
});

const latest = (a: Date, b: Date): Date => (a > b ? a : b);
