import { type Signal, type SignalTable, signalOf, signalRules } from './signals.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** One stay outside during a tracking session, once it has ended or has lasted long enough. */
export interface ExcursionFacts {
  id: string;
  startedAtMs: number;
  durationMs: number;
  /** Beyond the geofence at its farthest, accuracy taken off. */
  farthestMeters: number;
  /** Staff had allowed it: a sports lesson, an errand. */
  permitted?: boolean;
}

export interface ExcursionPolicy {
  shortestMs: number;
  nearestMeters: number;
}

export const excursionPolicyDefaults: ExcursionPolicy = { shortestMs: 5 * minuteMs, nearestMeters: 50 };

/** Geo violation: one signal per excursion that lasted and led away. A step over the boundary is none. */
export function detectGeoViolation(
  excursion: ExcursionFacts,
  policy: ExcursionPolicy = excursionPolicyDefaults,
  table: SignalTable = signalRules,
): Signal | null {
  const { durationMs, farthestMeters, permitted } = excursion;
  if (permitted === true || durationMs < policy.shortestMs || farthestMeters < policy.nearestMeters) {
    return null;
  }
  const minutes = Math.floor(durationMs / minuteMs);
  return signalOf(
    {
      kind: 'geo-violation',
      causeKey: `excursion:${excursion.id}`,
      observedAtMs: excursion.startedAtMs,
      sentence: `Outside the site for ${minutes} min, up to ${Math.round(farthestMeters)} m away.`,
      innocentExplanations: [
        'A lesson or an errand took place outside.',
        'Positions wander inside buildings, or the boundary is drawn too tightly.',
      ],
      facts: { excursionId: excursion.id, minutes, farthestMeters: Math.round(farthestMeters) },
    },
    table,
  );
}

/** One use of a device by the member's account. */
export interface DeviceUse {
  deviceId: string;
  atMs: number;
}

export interface DevicePolicy {
  /** Devices used within this time are used side by side. */
  withinMs: number;
  /** Devices that do not count: named spares, a gate's kiosk. */
  knownSpares: readonly string[];
}

export const devicePolicyDefaults: DevicePolicy = { withinMs: dayMs, knownSpares: [] };

/**
 * Several devices: two are used side by side, that is, the first one again after the second. A new phone that replaces
 * the old one is used after it and never before it again, which is no signal. One signal per pair of devices.
 */
export function detectSeveralDevices(
  memberId: string,
  uses: readonly DeviceUse[],
  policy: DevicePolicy = devicePolicyDefaults,
  table: SignalTable = signalRules,
): Signal[] {
  const inOrder = uses
    .filter((use) => !policy.knownSpares.includes(use.deviceId))
    .sort((a, b) => a.atMs - b.atMs || (a.deviceId < b.deviceId ? -1 : 1));
  const found = new Map<string, Signal>();
  const lastUse = new Map<string, number>();
  for (const [index, use] of inOrder.entries()) {
    const earlierMs = lastUse.get(use.deviceId);
    lastUse.set(use.deviceId, use.atMs);
    if (earlierMs === undefined || use.atMs - earlierMs > policy.withinMs) {
      continue;
    }
    for (const other of inOrder.slice(0, index)) {
      const pair = [use.deviceId, other.deviceId].sort();
      const causeKey = `devices:${memberId}:${pair.join('+')}`;
      if (
        other.deviceId === use.deviceId ||
        other.atMs <= earlierMs ||
        other.atMs === use.atMs ||
        found.has(causeKey)
      ) {
        continue;
      }
      found.set(
        causeKey,
        signalOf(
          {
            kind: 'several-devices',
            causeKey,
            observedAtMs: use.atMs,
            sentence: 'The account was used from two devices by turns.',
            innocentExplanations: ['A tablet or a parent’s phone is used besides.', 'A phone was being replaced.'],
            facts: { devices: pair },
          },
          table,
        ),
      );
    }
  }
  return [...found.values()];
}

/** A punch that staff made by hand. */
export interface ManualPunch {
  id: string;
  date: string;
  atMs: number;
}

export interface ManualPolicy {
  withinMs: number;
  /** So many days with manual attendance within that time are nothing to remark on. */
  unremarkableDays: number;
}

export const manualPolicyDefaults: ManualPolicy = { withinMs: 30 * dayMs, unremarkableDays: 1 };

/** Repeated manual attendance: one signal per further day on which staff had to punch by hand. */
export function detectRepeatedManual(
  memberId: string,
  punches: readonly ManualPunch[],
  policy: ManualPolicy = manualPolicyDefaults,
  table: SignalTable = signalRules,
): Signal[] {
  const firstOfDay = new Map<string, ManualPunch>();
  for (const punch of [...punches].sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))) {
    if (!firstOfDay.has(punch.date)) {
      firstOfDay.set(punch.date, punch);
    }
  }
  const days = [...firstOfDay.values()];
  return days.flatMap((day) => {
    const recent = days.filter((other) => other.atMs <= day.atMs && day.atMs - other.atMs <= policy.withinMs).length;
    if (recent <= policy.unremarkableDays) {
      return [];
    }
    const withinDays = Math.round(policy.withinMs / dayMs);
    return signalOf(
      {
        kind: 'repeated-manual-attendance',
        causeKey: `manual:${memberId}:${day.date}`,
        observedAtMs: day.atMs,
        sentence: `Attendance was written by hand on ${recent} days within ${withinDays} days.`,
        innocentExplanations: ['The phone is broken or was left at home.', 'The gate’s screen was out of order.'],
        facts: { punchId: day.id, date: day.date, days: recent },
      },
      table,
    );
  });
}
