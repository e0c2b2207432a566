import type { attendanceRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { recordAct } from './record.ts';
import { localDate } from './rules/wall-clock.ts';
import { endSchedules, findGroup, insertSchedule, lockGroup, type ScheduleRow, toAnswer } from './schedule-store.ts';

/** Today is the site's date. A night shift that began yesterday goes on by yesterday's schedule. */
export const replaceSchedule =
  (): Verb<typeof attendanceRoutes.replaceSchedule> =>
  async (tx, { params, body }, call) => {
    const group = await findGroup(tx, params.groupId);
    if (group === undefined) throw problem('not-found', { detail: 'No such group is known here.' });
    await lockGroup(tx, group.group_id);
    const today = localDate(call.at.getTime(), group.time_zone).toString();
    const row: ScheduleRow = {
      id: uuidv7(),
      group_id: group.group_id,
      name: body.name,
      time_zone: group.time_zone,
      weekdays: [...new Set(body.weekdays)].sort((a, b) => a - b),
      entry_time: body.entryTime,
      exit_time: body.exitTime,
      opens_before_minutes: body.opensBeforeMinutes,
      free_until_minutes: body.freeUntilMinutes,
      late_after_minutes: body.lateAfterMinutes,
      closes_after_minutes: body.closesAfterMinutes,
      valid_from: today,
      valid_to: null,
      closed_through: null,
    };
    await endSchedules(tx, group.group_id, today);
    await insertSchedule(tx, call.actor.orgId, row, call.at);
    const answer = toAnswer(row);
    await recordAct(tx, call, {
      action: 'attendance.schedule-replaced',
      object: { kind: 'group', id: group.group_id },
      detail: { ...answer },
    });
    return answer;
  };
