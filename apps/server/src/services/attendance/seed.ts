import type { Tx } from '../../platform/database/port.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { scheduleDefaults } from './rules/schedule.ts';
import { insertSchedule } from './schedule-store.ts';

export interface SeededSchedule {
  orgId: string;
  groupId: string;
  timeZone: string;
  /** `YYYY-MM-DD` */
  validFrom: string;
  name?: string;
  /** ISO weekdays; Monday to Friday unless told. */
  weekdays?: number[];
  /** `HH:MM`; 08:00 to 16:00 unless told. */
  entryTime?: string;
  exitTime?: string;
  opensBeforeMinutes?: number;
  freeUntilMinutes?: number;
  lateAfterMinutes?: number;
  closesAfterMinutes?: number;
  /** Days up to this date are somebody else's to write: the job that closes days leaves them alone. */
  closedThrough?: string;
}

/** A schedule for demonstrations and tests; resolves with its id. Acts as the role of attendance. */
export async function seedSchedule(tx: Tx, seeded: SeededSchedule, at: Date): Promise<string> {
  const id = uuidv7();
  const row = {
    id,
    group_id: seeded.groupId,
    name: seeded.name ?? 'Weekdays',
    time_zone: seeded.timeZone,
    weekdays: seeded.weekdays ?? [1, 2, 3, 4, 5],
    entry_time: seeded.entryTime ?? '08:00',
    exit_time: seeded.exitTime ?? '16:00',
    opens_before_minutes: seeded.opensBeforeMinutes ?? scheduleDefaults.opensBeforeMinutes,
    free_until_minutes: seeded.freeUntilMinutes ?? scheduleDefaults.freeUntilMinutes,
    late_after_minutes: seeded.lateAfterMinutes ?? scheduleDefaults.lateAfterMinutes,
    closes_after_minutes: seeded.closesAfterMinutes ?? scheduleDefaults.closesAt,
    valid_from: seeded.validFrom,
    valid_to: null,
    closed_through: seeded.closedThrough ?? null,
  };
  await insertSchedule(tx, seeded.orgId, row, at);
  return id;
}
