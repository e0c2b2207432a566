import { routes } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { importanceOf, importanceOfAddress } from './importance.ts';

describe('the importance of a route', () => {
  it.each([
    ['report', [routes.startReport, routes.downloadReport, routes.listAuditEntries]],
    ['view', [routes.readBoard, routes.listPresence, routes.readTimeline, routes.listAlerts, routes.readRisk]],
    ['position', [routes.reportPositions, routes.addPhoneClient, routes.replaceSchedule]],
    ['essential', [routes.scan, routes.enter, routes.exit, routes.signIn, routes.refresh, routes.signOut]],
    ['essential', [routes.readKioskCodes, routes.acknowledgeAlert, routes.whoAmI, routes.readToday]],
  ] as const)('%s', (importance, those) => {
    expect(those.map((route) => importanceOf(route))).toEqual(those.map(() => importance));
  });

  it('knows the contract by its addresses, and what is beyond it', () => {
    expect(importanceOfAddress('POST', routes.scan.path)).toBe('essential');
    expect(importanceOfAddress('HEAD', routes.readBoard.path)).toBe('view');
    expect(importanceOfAddress('POST', '/clients/owntracks/:secret')).toBe('position');
    expect(importanceOfAddress('GET', '/health/ready')).toBe('uncounted');
    expect(importanceOfAddress('GET', '/metrics')).toBe('uncounted');
    expect(importanceOfAddress('GET', '/docs')).toBe('report');
    expect(importanceOfAddress('GET', '/*')).toBe('essential');
  });
});
