import type { ReportedPosition } from '@muster/contracts';
import { Dexie, type Table } from 'dexie';

/** A position that waits to be sent. The number keeps the order in which they were taken. */
export interface KeptPosition {
  readonly number?: number;
  readonly userId: string;
  readonly position: ReportedPosition;
}

/** Where positions wait until the server has them; they survive a reload and a dead battery. */
export interface PositionBuffer {
  add(position: ReportedPosition): Promise<void>;
  /** The oldest ones, with the numbers by which they are removed. */
  oldest(limit: number): Promise<{ readonly numbers: readonly number[]; readonly positions: ReportedPosition[] }>;
  remove(numbers: readonly number[]): Promise<void>;
  count(): Promise<number>;
  clear(): Promise<void>;
}

/** More than a day at the shortest interval; then the oldest give way. */
const keptAtMost = 6_000;

const createDatabase = () => {
  const database = new Dexie('muster-tracking');
  database.version(1).stores({ positions: '++number, userId' });
  return database.table('positions') as Table<KeptPosition, number>;
};

/** The buffer of one user in this browser's own database. */
export const createPositionBuffer = (userId: string): PositionBuffer => {
  const table = createDatabase();
  const own = () => table.where('userId').equals(userId);
  return {
    add: async (position) => {
      await table.add({ userId, position });
      const surplus = (await own().count()) - keptAtMost;
      if (surplus > 0) await table.bulkDelete(await own().limit(surplus).primaryKeys());
    },
    oldest: async (limit) => {
      const kept = await own().limit(limit).toArray();
      return { numbers: kept.map(({ number = 0 }) => number), positions: kept.map(({ position }) => position) };
    },
    remove: (numbers) => table.bulkDelete([...numbers]),
    count: () => own().count(),
    clear: async () => {
      await own().delete();
    },
  };
};
