/** What a day can be judged as. */
export type DayCode = 'P' | 'L' | 'LE' | 'HD' | 'OD' | 'A' | 'AE' | 'ML' | 'H' | 'OFF' | 'NM';

export interface DayCodeRule {
  name: string;
  countsAsAttended: boolean;
  /** False leaves the day out of both sides of the rate. */
  countsInRate: boolean;
  /** Nobody knows yet: the day is neither attended nor missed, and still open in the rate. */
  undecided: boolean;
  late: boolean;
  early: boolean;
  excused: boolean;
  onSite: boolean;
  /** Share of the day's weight that is credited in the rate, 0 to 1. */
  credit: number;
  /** Value of the Ed-Fi AttendanceEventCategoryDescriptor, null where there is no attendance event to report. */
  edfiCategory: string | null;
}

export type DayCodeTable = Readonly<Record<DayCode, DayCodeRule>>;

const plain: Omit<DayCodeRule, 'name'> = {
  countsAsAttended: false,
  countsInRate: true,
  undecided: false,
  late: false,
  early: false,
  excused: false,
  onSite: false,
  credit: 0,
  edfiCategory: null,
};
const attended = { ...plain, countsAsAttended: true, onSite: true, credit: 1, edfiCategory: 'In Attendance' };
const excused = { ...plain, countsInRate: false, excused: true, edfiCategory: 'Excused Absence' };
const notHeld = { ...plain, countsInRate: false };

/** The codes as they are delivered; an organization may keep a table of its own. */
export const dayCodes: DayCodeTable = {
  P: { ...attended, name: 'Present' },
  L: { ...attended, name: 'Late', late: true, edfiCategory: 'Tardy' },
  LE: { ...attended, name: 'Left early', early: true, edfiCategory: 'Early departure' },
  HD: { ...attended, name: 'Half day', credit: 0.5, edfiCategory: 'Partial' },
  OD: { ...attended, name: 'On duty elsewhere', onSite: false },
  A: { ...plain, name: 'Absent', edfiCategory: 'Unexcused Absence' },
  AE: { ...excused, name: 'Absent, excused' },
  ML: { ...excused, name: 'Medical leave' },
  H: { ...notHeld, name: 'Holiday' },
  OFF: { ...notHeld, name: 'Day off' },
  NM: { ...notHeld, name: 'Not marked', undecided: true },
};
