import { positionCause, type Signal, type SignalTable, signalOf, signalRules } from './signals.ts';

/** What a punch, or a refused attempt at one, tells about how it was made. Null and undefined mean "unknown". */
export interface PunchFacts {
  /** The punch, or the attempt. */
  id: string;
  memberId: string;
  /** The attendance day, `YYYY-MM-DD`. */
  date: string;
  atMs: number;
  deviceId: string | null;
  boundToOther?: boolean | null;
  /** Why the code was refused, if it was. */
  codeRefused?: string | null;
  /** Why the window refused it, if it did. */
  windowRefused?: string | null;
  fix?: {
    accuracyMeters: number | null;
    /** Negative inside the geofence. */
    distanceToGeofenceMeters: number | null;
    mock: boolean | null;
  } | null;
  /** Staff scanned the member's card: position and device are theirs, not the member's. */
  witnessed?: boolean;
}

export interface PunchPolicy {
  /** This far outside the geofence, accuracy taken off, is too far to have scanned the gate. */
  farFromSiteMeters: number;
  /** Devices whose mock flag is known to be harmless: survey-grade receivers. */
  allowedMockDevices: readonly string[];
}

export const punchPolicyDefaults: PunchPolicy = { farFromSiteMeters: 50, allowedMockDevices: [] };

/**
 * Proxy attendance: somebody may have scanned for somebody else. One signal per punch, however many things point to it.
 * A fix that the phone itself calls simulated says nothing about the place, so it is left to `detectMockPunch`.
 */
export function detectProxyAttendance(
  punch: PunchFacts,
  policy: PunchPolicy = punchPolicyDefaults,
  table: SignalTable = signalRules,
): Signal | null {
  if (punch.witnessed === true) {
    return null;
  }
  const seen: { code: string; sentence: string; innocent: string }[] = [];
  if (punch.boundToOther === true) {
    seen.push({
      code: 'device-of-another',
      sentence: "The scan came from another member's phone.",
      innocent: 'Brothers and sisters share a phone, or it was handed on and never registered anew.',
    });
  }
  if (punch.codeRefused === 'code-stale') {
    seen.push({
      code: 'code-stale',
      sentence: 'The gate code was genuine but no longer on the screen.',
      innocent: 'The network was slow between the scan and its arrival.',
    });
  }
  if (punch.codeRefused === 'code-foreign') {
    seen.push({
      code: 'code-foreign',
      sentence: 'The code does not belong to any gate of this organization.',
      innocent: 'The camera read another QR code nearby.',
    });
  }
  const outsideMeters = metersOutside(punch);
  if (outsideMeters !== null && outsideMeters > policy.farFromSiteMeters) {
    seen.push({
      code: 'far-from-site',
      sentence: `The phone was at least ${Math.round(outsideMeters)} m outside the site.`,
      innocent: 'The phone showed an old position, as happens indoors, or the boundary is drawn too tightly.',
    });
  }
  if (seen.length === 0) {
    return null;
  }
  return signalOf(
    {
      kind: 'proxy-attendance',
      causeKey: `punch:${punch.id}`,
      observedAtMs: punch.atMs,
      sentence: seen.map(({ sentence }) => sentence).join(' '),
      innocentExplanations: seen.map(({ innocent }) => innocent),
      facts: {
        punchId: punch.id,
        seen: seen.map(({ code }) => code),
        outsideMeters: outsideMeters === null ? null : Math.round(outsideMeters),
      },
    },
    table,
  );
}

/** Fake GPS: the phone itself called the punch's fix simulated. An unknown flag (many phones have none) is not a yes. */
export function detectMockPunch(
  punch: PunchFacts,
  policy: PunchPolicy = punchPolicyDefaults,
  table: SignalTable = signalRules,
): Signal | null {
  const allowed = punch.deviceId !== null && policy.allowedMockDevices.includes(punch.deviceId);
  if (punch.fix?.mock !== true || punch.witnessed === true || allowed) {
    return null;
  }
  return signalOf(
    {
      kind: 'fake-gps',
      causeKey: positionCause(punch.deviceId ?? punch.memberId),
      observedAtMs: punch.atMs,
      sentence: 'The phone reported a simulated location.',
      innocentExplanations: [
        'An external or survey-grade receiver is connected.',
        'A developer option was left on after trying an app.',
      ],
      facts: { punchId: punch.id, deviceId: punch.deviceId, mock: true },
    },
    table,
  );
}

/** A scan that the window refused. However often someone tries before the gate opens, it is one signal a day. */
export function detectScanOutsideWindow(punch: PunchFacts, table: SignalTable = signalRules): Signal | null {
  if (punch.windowRefused !== 'too-early' && punch.windowRefused !== 'site-closed') {
    return null;
  }
  const early = punch.windowRefused === 'too-early';
  return signalOf(
    {
      kind: 'scan-outside-window',
      causeKey: `window:${punch.memberId}:${punch.date}`,
      observedAtMs: punch.atMs,
      sentence: early ? 'A scan was made before the gate opened.' : 'A scan was made after the site had closed.',
      innocentExplanations: [
        early ? 'The bus came early.' : 'An activity went on after closing time.',
        'The timing was changed and the member did not know yet.',
      ],
      facts: { punchId: punch.id, date: punch.date, window: punch.windowRefused },
    },
    table,
  );
}

/** Meters outside the geofence with the accuracy taken off, or null where that says nothing. */
function metersOutside({ fix }: PunchFacts): number | null {
  if (!fix || fix.mock === true || fix.accuracyMeters === null || fix.distanceToGeofenceMeters === null) {
    return null;
  }
  return fix.distanceToGeofenceMeters - fix.accuracyMeters;
}
