import { z } from 'zod';
import { coordinates, instant, line, localDate, localTime, note, timeZone, uuid } from './primitives.ts';
import { locationLevel } from './access.ts';
import { punchSignature } from './device-keys.ts';
import { presenceState } from './geo.ts';
import { memberCard } from './organization.ts';
import { route } from './route.ts';

/** Schedules, gate codes, punches and attendance days. */

export const directions = ['ENTER', 'EXIT'] as const;
export const direction = z.enum(directions);
export type Direction = z.infer<typeof direction>;

export const verdicts = ['accepted', 'accepted-with-signals', 'held', 'refused'] as const;
export const verdict = z.enum(verdicts);
export type Verdict = z.infer<typeof verdict>;

/** Attendance codes are data; the flags of each are listed by `listAttendanceCodes`. */
export const attendanceCodes = ['P', 'L', 'LE', 'HD', 'OD', 'A', 'AE', 'ML', 'H', 'OFF', 'NM'] as const;
export const attendanceCode = z.enum(attendanceCodes);
export type AttendanceCode = z.infer<typeof attendanceCode>;

export const schedule = z.strictObject({
  scheduleId: uuid,
  groupId: uuid,
  name: z.string(),
  timeZone,
  weekdays: z.array(z.number().int().min(1).max(7)).min(1).meta({ description: 'ISO weekdays, Monday is 1' }),
  entryTime: localTime,
  exitTime: localTime.meta({ description: 'not later than the entry time means: on the next day' }),
  opensBeforeMinutes: z.number().int().min(0).max(720),
  freeUntilMinutes: z.number().int().min(0).max(720),
  lateAfterMinutes: z.number().int().min(0).max(720),
  closesAfterMinutes: z
    .number()
    .int()
    .min(0)
    .max(1440)
    .meta({ description: 'the site closes so long after the exit time' }),
  validFrom: localDate,
  validTo: localDate.nullable(),
});
export type Schedule = z.infer<typeof schedule>;

/** The window of one member on one day, as the member's page shows it. */
export const plannedDay = z.strictObject({
  date: localDate,
  timeZone,
  opensAt: instant,
  entryAt: instant,
  lateAt: instant,
  freeUntilAt: instant,
  exitAt: instant,
  closesAt: instant,
});
export type PlannedDay = z.infer<typeof plannedDay>;

export const reasonedFinding = z.strictObject({ code: z.string(), sentence: z.string() });
export const punch = z.strictObject({
  punchId: uuid,
  memberId: uuid,
  direction,
  verdict,
  /** What was found, in words for the member and the supervisor. */
  findings: z.array(reasonedFinding),
  occurredAt: instant,
  gateName: z.string().nullable(),
  reason: z.string().nullable(),
  lateByMinutes: z.number().int().min(0),
  leftEarlyByMinutes: z.number().int().min(0),
});
export type Punch = z.infer<typeof punch>;

export const attendanceDay = z.strictObject({
  memberId: uuid,
  date: localDate,
  code: attendanceCode,
  enteredAt: instant.nullable(),
  exitedAt: instant.nullable(),
  lateByMinutes: z.number().int().min(0),
  leftEarlyByMinutes: z.number().int().min(0),
  workedMinutes: z.number().int().min(0),
  noExit: z.boolean(),
  tracking: z.boolean().meta({ description: 'a tracking session is open right now' }),
});
export type AttendanceDay = z.infer<typeof attendanceDay>;

const reportedFix = z.strictObject({
  ...coordinates.shape,
  accuracyMeters: z.number().min(0).max(100_000).nullable(),
  ageMs: z.number().int().min(0).max(86_400_000),
  mock: z.boolean().nullable().meta({ description: 'what the platform says; null when it does not say' }),
});
const punchBody = z.strictObject({
  nonce: z.string().min(16).max(100),
  fix: reportedFix.nullable().meta({ description: 'null when the device gives no position' }),
  deviceAt: instant.meta({ description: "the device's own clock, kept as a claim" }),
  reason: note.optional(),
  signature: punchSignature.optional().meta({
    description: 'by the key of the device over all of this, see `punchStatement`; a device with a key signs',
  }),
});
const punchProblems = [
  'nonce-unknown',
  'window-not-open',
  'window-closed',
  'no-schedule',
  'reason-required',
  'already-entered',
  'already-exited',
  'not-entered',
  'device-foreign',
  'device-proof-refused',
] as const;
const memberDays = z.strictObject({ memberId: uuid, from: localDate, to: localDate });

/** How a code at the gate looks to whoever shows it. */
export const gateCode = z.strictObject({
  text: z.string().meta({ description: 'what the QR code holds' }),
  typed: z.string().meta({ description: 'the short form for typing' }),
  validFrom: instant,
  validUntil: instant,
});

export const attendanceRoutes = {
  listSchedules: route({
    operation: 'listSchedules',
    service: 'attendance',
    method: 'GET',
    path: '/v1/schedules',
    summary: 'The schedules of the groups the caller may see',
    access: { permission: 'members.see' },
    answer: z.strictObject({ items: z.array(schedule) }),
    idempotency: 'natural',
  }),
  replaceSchedule: route({
    operation: 'replaceSchedule',
    service: 'attendance',
    method: 'PUT',
    path: '/v1/groups/:groupId/schedule',
    summary: 'Set the times of a group from today on',
    access: { permission: 'rules.configure' },
    params: z.strictObject({ groupId: uuid }),
    body: schedule.omit({ scheduleId: true, groupId: true, timeZone: true, validFrom: true, validTo: true }),
    answer: schedule,
    idempotency: 'key',
    problems: ['not-found'],
  }),
  readPrintedCode: route({
    operation: 'readPrintedCode',
    service: 'attendance',
    method: 'GET',
    path: '/v1/gates/:gateId/printed-code',
    summary: 'The printable code of a gate',
    access: { permission: 'gates.operate' },
    params: z.strictObject({ gateId: uuid }),
    answer: z.strictObject({ text: z.string(), typed: z.string(), version: z.number().int() }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  revokePrintedCode: route({
    operation: 'revokePrintedCode',
    service: 'attendance',
    method: 'POST',
    path: '/v1/gates/:gateId/printed-code/revoke',
    summary: 'Revoke the printed code; a new one takes its place',
    access: { permission: 'rules.configure' },
    params: z.strictObject({ gateId: uuid }),
    answer: z.strictObject({ text: z.string(), typed: z.string(), version: z.number().int() }),
    idempotency: 'key',
    problems: ['not-found'],
  }),
  openKiosk: route({
    operation: 'openKiosk',
    service: 'attendance',
    method: 'POST',
    path: '/v1/gates/:gateId/kiosk',
    summary: 'Make the link for a screen at the gate; links made before stop working',
    access: { permission: 'gates.operate' },
    params: z.strictObject({ gateId: uuid }),
    answer: z.strictObject({ kioskSecret: z.string(), path: z.string() }),
    status: 201,
    idempotency: 'key',
    secretAnswer: true,
    problems: ['not-found'],
  }),
  readKioskCodes: route({
    operation: 'readKioskCodes',
    service: 'attendance',
    method: 'GET',
    path: '/v1/kiosk/codes',
    summary: 'The rotating codes of the next two minutes, with the server time, for one screen',
    access: 'kiosk',
    answer: z.strictObject({
      gateName: z.string(),
      siteName: z.string(),
      timeZone,
      serverAt: instant,
      stepMs: z.number().int(),
      codes: z.array(gateCode),
    }),
    idempotency: 'natural',
  }),
  scan: route({
    operation: 'scan',
    service: 'attendance',
    method: 'POST',
    path: '/v1/attendance/scans',
    summary: 'Exchange a code for a nonce that is bound to account and device for five minutes',
    access: { permission: 'attendance.punch' },
    body: z.strictObject({ code: line(300).meta({ description: 'scanned or typed' }) }),
    answer: z.strictObject({
      nonce: z.string(),
      expiresAt: instant,
      gateName: z.string(),
      siteName: z.string(),
      /** What can be done with it now, so that the page shows one action and asks for a reason where one is due. */
      next: z.strictObject({
        direction: direction.nullable(),
        reasonRequired: z.boolean(),
        sentence: z.string(),
      }),
    }),
    status: 201,
    idempotency: 'natural',
    problems: ['code-malformed', 'code-foreign', 'code-stale', 'code-revoked'],
  }),
  enter: route({
    operation: 'enter',
    service: 'attendance',
    method: 'POST',
    path: '/v1/attendance/enter',
    summary: 'ENTER: attendance and tracking start',
    access: { permission: 'attendance.punch' },
    body: punchBody,
    answer: z.strictObject({ punch, day: attendanceDay }),
    status: 201,
    idempotency: 'key',
    problems: punchProblems,
  }),
  exit: route({
    operation: 'exit',
    service: 'attendance',
    method: 'POST',
    path: '/v1/attendance/exit',
    summary: 'EXIT: attendance and tracking end',
    access: { permission: 'attendance.punch' },
    body: punchBody,
    answer: z.strictObject({ punch, day: attendanceDay }),
    status: 201,
    idempotency: 'key',
    problems: punchProblems,
  }),
  readToday: route({
    operation: 'readToday',
    service: 'attendance',
    method: 'GET',
    path: '/v1/members/:memberId/today',
    summary: "A member's day right now: plan, punches, state, and who can see the position until when",
    access: { permission: 'members.see' },
    params: z.strictObject({ memberId: uuid }),
    answer: z.strictObject({
      member: memberCard,
      plan: plannedDay.nullable(),
      day: attendanceDay,
      punches: z.array(punch),
      tracking: z.strictObject({ since: instant, until: instant, seenBy: z.array(z.string()) }).nullable(),
    }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  listDays: route({
    operation: 'listDays',
    service: 'attendance',
    method: 'GET',
    path: '/v1/attendance/days',
    summary: "A member's attendance days and rates",
    access: { permission: 'members.see' },
    query: memberDays,
    answer: z.strictObject({
      items: z.array(attendanceDay),
      rate: z.strictObject({
        soFar: z.number().min(0).max(1).nullable(),
        overAllPlanned: z.number().min(0).max(1).nullable(),
        bestStillReachable: z.number().min(0).max(1).nullable(),
      }),
    }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  readBoard: route({
    operation: 'readBoard',
    service: 'attendance',
    method: 'GET',
    path: '/v1/attendance/board',
    summary: 'Today of every member the caller is tied to (or of one group)',
    access: { permission: 'attendance.decide' },
    query: z.strictObject({ groupId: uuid.optional() }),
    answer: z.strictObject({ items: z.array(z.strictObject({ member: memberCard, day: attendanceDay })) }),
    idempotency: 'natural',
  }),
  countBoard: route({
    operation: 'countBoard',
    service: 'attendance',
    method: 'GET',
    path: '/v1/attendance/board/counts',
    summary: 'How many of those on the board stand how, at each site; names nobody, and is no look at anybody',
    access: { permission: 'attendance.decide' },
    answer: z.strictObject({
      level: locationLevel.meta({ description: 'with `attendance`, presence is null throughout' }),
      items: z.array(
        z.strictObject({
          siteId: uuid,
          code: attendanceCode,
          late: z.boolean(),
          entered: z.boolean(),
          tracking: z.boolean(),
          presence: presenceState.nullable().meta({ description: 'null outside of tracking sessions, too' }),
          people: z.number().int().min(1).meta({ description: 'how many there are of whom all of this is true' }),
        }),
      ),
    }),
    idempotency: 'natural',
  }),
  listHeldPunches: route({
    operation: 'listHeldPunches',
    service: 'attendance',
    method: 'GET',
    path: '/v1/attendance/held-punches',
    summary: 'Punches that wait for a supervisor, oldest first',
    access: { permission: 'attendance.decide' },
    answer: z.strictObject({ items: z.array(z.strictObject({ member: memberCard, punch })) }),
    idempotency: 'natural',
  }),
  decidePunch: route({
    operation: 'decidePunch',
    service: 'attendance',
    method: 'POST',
    path: '/v1/attendance/held-punches/:punchId/decision',
    summary: 'Accept or refuse a held punch',
    access: { permission: 'attendance.decide' },
    params: z.strictObject({ punchId: uuid }),
    body: z.strictObject({ accept: z.boolean(), reason: note }),
    answer: punch,
    idempotency: 'key',
    problems: ['not-found', 'conflict'],
  }),
};
