import type { SignedBy } from './device-proof.ts';
import type { EntryJudgement, ExitJudgement } from './window.ts';

/** What was known about a punch when it was made. Null always means "unknown", never "fine". */
export interface Evidence {
  /** The result of `verifyCode`, `verifyTypedCode` or `verifyMemberCard`. */
  code:
    | { kind: 'rotating' | 'typed' | 'printed'; ageMs: number | null }
    /** The member's own card, scanned by staff: they are the witness, so no phone is examined. */
    | { kind: 'card'; scannedBy: { userId: string } | null }
    | { kind: 'refused'; code: string; sentence: string; ageMs?: number | null };
  fix: {
    latitude: number;
    longitude: number;
    accuracyMeters: number | null;
    ageMs: number;
    /** To the nearest edge of the site's geofence: negative inside; null when there is no geofence to compare with. */
    distanceToGeofenceMeters: number | null;
    /** Whether the phone calls the fix simulated; null when it does not say. */
    mock: boolean | null;
  } | null;
  device: {
    /** Whether this device is bound to the member; null when it could not be found out. */
    bound: boolean | null;
    boundToOther?: boolean;
    /** What the device has signed the punch with, for whoever checks it again; absent where it has no key. */
    signed?: SignedBy;
  };
  clock: {
    /** The device's clock when it sent the punch: a claim, compared and scored. */
    deviceMs: number | null;
    serverMs: number;
  };
  /** The member's risk level, where it is known. */
  risk?: 'normal' | 'warning' | 'high' | 'critical';
  /** Made without network and sent later, with the device's time. */
  offline?: boolean;
  window: EntryJudgement | ExitJudgement;
  /** Names of checks that broke while the evidence was gathered. */
  failedChecks?: readonly string[];
}

export interface EvidencePolicy {
  /** An older fix says nothing about where the member is now. */
  freshFixMs: number;
  /** A vaguer fix cannot be compared with a geofence. */
  vagueAccuracyMeters: number;
  /** How far outside the geofence, accuracy already taken off, still counts as at the gate. */
  toleranceMeters: number;
  /** Device and server clock may differ by this much. */
  clockDifferenceMs: number;
  /** Whether members must use the device that is bound to them. */
  requireBoundDevice: boolean;
  onMock: 'signal' | 'hold' | 'refuse';
  onFarFromSite: 'signal' | 'hold' | 'refuse';
  onOthersDevice: 'signal' | 'hold' | 'refuse';
}

export const evidencePolicyDefaults: EvidencePolicy = {
  freshFixMs: 120_000,
  vagueAccuracyMeters: 200,
  toleranceMeters: 50,
  clockDifferenceMs: 120_000,
  requireBoundDevice: true,
  onMock: 'hold',
  onFarFromSite: 'hold',
  onOthersDevice: 'hold',
};

/** Something to be scored by whoever keeps the member's risk. It accuses nobody by itself. */
export interface PunchSignal {
  kind: 'proxy-attendance' | 'fake-gps' | 'scan-outside-window' | 'clock-differs';
  sentence: string;
  innocentExplanations: readonly string[];
  facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type Effect = 'refuse' | 'hold' | 'signal' | 'note';

export interface PunchReason {
  code: string;
  effect: Effect;
  sentence: string;
}

/** One thing that a check found; a signal goes with it when it is to be scored. */
export type Finding = PunchReason & { signal?: PunchSignal };
export type Check = (evidence: Evidence, policy: EvidencePolicy) => Finding[];
