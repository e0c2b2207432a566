import type { attendanceRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { toAnswer, visibleSchedules } from './schedule-store.ts';

/** The schedules that are valid now or later. Yesterday's stays in the list while a night shift may still run by it. */
export const listSchedules = (): Verb<typeof attendanceRoutes.listSchedules> => async (tx, _input, call) => {
  const yesterday = new Date(call.at.getTime() - 24 * 3_600_000).toISOString().slice(0, 10);
  const rows = await visibleSchedules(tx, call, yesterday);
  return { items: rows.map(toAnswer) };
};
