import { attendanceRoutes as routes } from '@muster/contracts';
import { type BoundRoute, open, verb } from '../../platform/http/bound-route.ts';
import type { Ports } from '../../platform/service.ts';
import { countBoard } from './count-board.ts';
import { decidePunch } from './decide-punch.ts';
import { openKiosk, readKioskCodes } from './kiosk.ts';
import { listDays } from './list-days.ts';
import { listHeldPunches } from './list-held-punches.ts';
import { listSchedules } from './list-schedules.ts';
import { readPrintedCode, revokePrintedCode } from './printed-code.ts';
import { enter, exit } from './punch.ts';
import { readBoard } from './read-board.ts';
import { readToday } from './read-today.ts';
import { replaceSchedule } from './replace-schedule.ts';
import { scan } from './scan.ts';

export const boundRoutes = (ports: Pick<Ports, 'database' | 'events' | 'cache'>): BoundRoute[] => [
  verb(routes.listSchedules, listSchedules()),
  verb(routes.replaceSchedule, replaceSchedule()),
  verb(routes.readPrintedCode, readPrintedCode()),
  verb(routes.revokePrintedCode, revokePrintedCode()),
  verb(routes.openKiosk, openKiosk()),
  open(routes.readKioskCodes, readKioskCodes(ports)),
  verb(routes.scan, scan(ports)),
  verb(routes.enter, enter(ports)),
  verb(routes.exit, exit(ports)),
  verb(routes.readToday, readToday()),
  verb(routes.listDays, listDays()),
  verb(routes.readBoard, readBoard()),
  verb(routes.countBoard, countBoard()),
  verb(routes.listHeldPunches, listHeldPunches()),
  verb(routes.decidePunch, decidePunch(ports)),
];
