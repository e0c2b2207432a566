/** What the log may say, by subject; an action that is not listed here is shown as it is written. */
export const auditActions: Readonly<Record<string, readonly string[]>> = {
  attendance: [
    'attendance.enter-accepted',
    'attendance.enter-accepted-with-signals',
    'attendance.enter-held',
    'attendance.exit-accepted',
    'attendance.exit-accepted-with-signals',
    'attendance.exit-held',
    'attendance.scan-refused',
    'attendance.held-punch-accepted',
    'attendance.held-punch-refused',
    'attendance.closed-without-exit',
    'attendance.days-not-marked',
    'attendance.schedule-replaced',
    'attendance.kiosk-opened',
    'attendance.printed-code-revoked',
  ],
  location: [
    'location.looked-at',
    'geo.excursion-opened',
    'geo.excursion-closed',
    'geo.excursion-withdrawn',
    'location.phone-client-added',
    'location.phone-client-removed',
  ],
  alerts: ['alert.raised', 'alert.acknowledged', 'signal.raised', 'signal.dismissed'],
  organization: [
    'organization.created',
    'organization.configured',
    'site.geofences-replaced',
    'site.plan-replaced',
    'gate.added',
    'report.generated',
  ],
  operations: ['operations.job-retried', 'operations.dead-letters-replayed'],
  access: [
    'auth.signed-in',
    'auth.sign-in-refused',
    'auth.signed-out',
    'auth.session-refreshed',
    'auth.session-revoked',
    'auth.signing-key-made',
  ],
};

export const isKnownAction = (action: string): boolean =>
  Object.values(auditActions).some((actions) => actions.includes(action));
