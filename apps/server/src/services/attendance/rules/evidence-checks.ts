import type { Check, Finding, PunchSignal } from './punch-evidence.ts';

const checkWindow: Check = ({ window }) => {
  if (window.kind === 'reason-needed') {
    return [refuse('reason-required', window.sentence)];
  }
  if (window.kind !== 'refused') {
    return [];
  }
  if (window.code !== 'too-early' && window.code !== 'site-closed') {
    return [refuse(window.code, window.sentence)];
  }
  const signal: PunchSignal = {
    kind: 'scan-outside-window',
    sentence: `A scan was refused: ${window.sentence}`,
    innocentExplanations: ['The member came early or stayed late.', 'The timing was changed and not yet known.'],
    facts: { code: window.code },
  };
  return [{ ...refuse(window.code, window.sentence), signal }];
};

const checkCode: Check = ({ code }) => {
  if (code.kind === 'card' && code.scannedBy === null) {
    return [hold('card-without-witness', 'A card counts when staff scan it, and it is not known who did.')];
  }
  if (code.kind !== 'refused') {
    return [];
  }
  const [signal] = signalsOfCode(code);
  return [{ ...refuse(code.code, code.sentence), ...(signal === undefined ? {} : { signal }) }];
};

/** What a refused code says by itself, also where no punch followed: at most one signal. */
export function signalsOfCode(refused: { code: string; ageMs?: number | null }): PunchSignal[] {
  // A misread or replaced code is nobody's doing; one from elsewhere or from a while ago may be a photo.
  if (refused.code !== 'code-foreign' && refused.code !== 'code-stale') {
    return [];
  }
  const signal: PunchSignal = {
    kind: 'proxy-attendance',
    sentence:
      refused.code === 'code-stale'
        ? 'The scanned gate code was no longer the one on the screen.'
        : 'The scanned code does not belong to any gate of this organization.',
    innocentExplanations: [
      'The network was slow between the scan and its arrival.',
      'The camera read another QR code nearby.',
    ],
    facts: { code: refused.code, codeAgeMs: refused.ageMs ?? null },
  };
  return [signal];
}

const checkFailures: Check = ({ failedChecks }) =>
  (failedChecks ?? []).map((name) => hold('check-failed', `A check could not be made (${name}), so a person decides.`));

const checkRisk: Check = ({ risk }) =>
  risk === 'high' || risk === 'critical'
    ? [hold('risk-high', 'Scans of this member wait for a supervisor until earlier signals are reviewed.')]
    : [];

const checkMock: Check = ({ fix }, { onMock }) => {
  if (fix?.mock !== true) {
    return [];
  }
  const sentence = 'The phone reported a simulated location.';
  const signal: PunchSignal = {
    kind: 'fake-gps',
    sentence,
    innocentExplanations: ['An external or survey-grade receiver is connected.', 'A developer option was left on.'],
    facts: { mock: true },
  };
  return [{ code: 'mock-location', effect: onMock, sentence, signal }];
};

// Limits are written as "not within", so that a number that is none (NaN) fails the check instead of passing it.
const checkFix: Check = ({ fix }, policy) => {
  if (fix === null) {
    return [hold('no-fix', 'The phone gave no location, so it is not known whether the member was at the gate.')];
  }
  const findings: Finding[] = [];
  if (!(Math.abs(fix.ageMs) <= policy.freshFixMs)) {
    const minutes = Math.round(Math.abs(fix.ageMs) / 60_000);
    findings.push(hold('fix-old', `The location was measured ${minutes} minutes before the scan.`));
  }
  if (fix.accuracyMeters === null) {
    findings.push(hold('accuracy-unknown', 'The phone did not say how exact its location is.'));
  } else if (!(fix.accuracyMeters <= policy.vagueAccuracyMeters)) {
    findings.push(hold('fix-vague', `The location is only exact to ${Math.round(fix.accuracyMeters)} m.`));
  }
  if (fix.distanceToGeofenceMeters === null) {
    findings.push(hold('no-geofence', 'This site has no boundary on the map yet, so the place cannot be checked.'));
  }
  return findings;
};

const checkPlace: Check = ({ fix }, policy) => {
  if (fix === null || fix.accuracyMeters === null || fix.distanceToGeofenceMeters === null) {
    return []; // Held by checkFix.
  }
  const outsideMeters = fix.distanceToGeofenceMeters - fix.accuracyMeters;
  if (outsideMeters <= policy.toleranceMeters) {
    return [];
  }
  if (Number.isNaN(outsideMeters)) {
    return [hold('place-unclear', 'The distance to the site could not be computed.')];
  }
  const sentence = `The phone was at least ${spokenDistance(outsideMeters)} outside the site when the code was scanned.`;
  const signal: PunchSignal = {
    kind: 'proxy-attendance',
    sentence,
    innocentExplanations: [
      'The phone showed an old or wrong position, as happens indoors.',
      'The boundary on the map is drawn too tightly around the gate.',
    ],
    facts: {
      distanceToGeofenceMeters: Math.round(fix.distanceToGeofenceMeters),
      accuracyMeters: Math.round(fix.accuracyMeters),
    },
  };
  return [{ code: 'far-from-site', effect: policy.onFarFromSite, sentence, signal }];
};

const checkDevice: Check = ({ device }, policy) => {
  if (device.boundToOther === true) {
    const sentence = "The scan came from another member's phone.";
    const signal: PunchSignal = {
      kind: 'proxy-attendance',
      sentence,
      innocentExplanations: [
        'Brothers and sisters share one phone.',
        'The phone was handed on and its binding was not changed.',
      ],
      facts: { boundToOther: true },
    };
    return [{ code: 'device-of-another', effect: policy.onOthersDevice, sentence, signal }];
  }
  if (!policy.requireBoundDevice || device.bound === true) {
    return [];
  }
  return device.bound === null
    ? [hold('device-unknown', 'It could not be found out whose phone this is.')]
    : [hold('device-not-bound', "This phone is not the member's registered one.")];
};

const checkClock: Check = ({ clock, offline }, policy) => {
  const findings: Finding[] = offline === true ? [note('offline', 'Made without network and sent later.')] : [];
  if (clock.deviceMs === null) {
    // The server's time decides, except offline, where there is no other time than the device's.
    return offline === true ? [...findings, hold('clock-missing', 'The phone did not say what time it was.')] : [];
  }
  const differenceMs = clock.deviceMs - clock.serverMs;
  if (Math.abs(differenceMs) <= policy.clockDifferenceMs) {
    return findings;
  }
  const minutes = Math.max(1, Math.round(Math.abs(differenceMs) / 60_000));
  const sentence = `The phone's clock was ${minutes} min ${differenceMs > 0 ? 'ahead' : 'behind'}.`;
  const signal: PunchSignal = {
    kind: 'clock-differs',
    sentence,
    innocentExplanations: ['The clock was set by hand.', 'The battery had run empty.'],
    facts: { differenceMs },
  };
  return [...findings, { code: 'clock-differs', effect: offline === true ? 'hold' : 'signal', sentence, signal }];
};

/** In the order in which their reasons are shown. */
export const checksOfPhone: readonly Check[] = [
  checkWindow,
  checkCode,
  checkDevice,
  checkMock,
  checkPlace,
  checkFix,
  checkClock,
  checkRisk,
  checkFailures,
];

/** Staff scanned the card themselves: no phone is examined. */
export const checksOfCard: readonly Check[] = [checkWindow, checkCode, checkClock, checkRisk, checkFailures];

function refuse(code: string, sentence: string): Finding {
  return { code, effect: 'refuse', sentence };
}

function hold(code: string, sentence: string): Finding {
  return { code, effect: 'hold', sentence };
}

function note(code: string, sentence: string): Finding {
  return { code, effect: 'note', sentence };
}

function spokenDistance(meters: number): string {
  return meters < 1000 ? `${Math.round(meters)} m` : `${(meters / 1000).toFixed(1)} km`;
}
