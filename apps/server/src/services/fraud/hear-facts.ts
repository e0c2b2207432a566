import { appendAudits } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, StoredEvent } from '../../platform/events/port.ts';
import { type FraudPorts, raiseSignals } from './raise-signals.ts';
import { readRecentSignIns, writeRecentSignIns } from './recent-store.ts';
import { detectGeoViolation, detectSeveralDevices, devicePolicyDefaults } from './rules/detect-habits.ts';
import { causeOfFinding } from './rules/evidence-cause.ts';
import { weighAnomaly } from './rules/sign-in-anomaly.ts';
import { signalOf } from './rules/signals.ts';
import { describeCause, dismissCause, type FoundSignal } from './signal-store.ts';

type Heard<Type extends HeardType = HeardType> = StoredEvent<Type>;
type HeardType =
  | 'attendance.evidence-found'
  | 'auth.device-seen'
  | 'auth.sign-in-anomaly'
  | 'geo.excursion-opened'
  | 'geo.excursion-closed'
  | 'geo.excursion-withdrawn';

/** So many sign-ins of a member are remembered. */
const rememberedSignIns = 20;

/** Turns what other services tell of members into signals, one fact after the other. */
export const hearFacts = (ports: FraudPorts): Consumer<HeardType> => ({
  name: 'fraud.facts',
  service: 'fraud',
  types: [
    'attendance.evidence-found',
    'auth.device-seen',
    'auth.sign-in-anomaly',
    'geo.excursion-opened',
    'geo.excursion-closed',
    'geo.excursion-withdrawn',
  ],
  handle: async (tx, heard) => {
    for (const fact of heard) await hear(tx, fact, ports);
  },
});

const hear = async (tx: Tx, fact: Heard, ports: FraudPorts): Promise<void> => {
  switch (fact.type) {
    case 'attendance.evidence-found':
      return raiseSignals(tx, fact.orgId, signalsOfEvidence(fact), ports);
    case 'auth.device-seen':
      return hearSignIn(tx, fact, ports);
    case 'auth.sign-in-anomaly':
      return hearAnomaly(tx, fact, ports);
    case 'geo.excursion-opened':
      return raiseSignals(tx, fact.orgId, [signalOfExcursion(fact)], ports);
    case 'geo.excursion-closed':
      return measureExcursion(tx, fact, ports);
    case 'geo.excursion-withdrawn': {
      const { memberId, excursionId } = fact.payload;
      return forgive(
        tx,
        memberId,
        excursionId,
        'The excursion no longer stands: later positions, or the end of the day, took it back.',
        ports,
      );
    }
  }
};

/** One signal of each kind: several findings of one kind in one punch are one thing seen in several ways. */
const signalsOfEvidence = ({ id, payload }: Heard<'attendance.evidence-found'>): FoundSignal[] => {
  const { memberId, at, findings } = payload;
  return [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, ofKind]) => {
    const [first] = ofKind;
    if (first === undefined) return [];
    const signal = signalOf({
      kind,
      causeKey: causeOfFinding(first, memberId, findings),
      observedAtMs: Date.parse(at),
      sentence: [...new Set(ofKind.map(({ sentence }) => sentence))].join(' '),
      innocentExplanations: [...new Set(ofKind.flatMap(({ innocentExplanations }) => innocentExplanations))],
      facts: {},
    });
    return { ...signal, memberId, sourceEventId: id };
  });
};

const hearSignIn = async (tx: Tx, fact: Heard<'auth.device-seen'>, ports: FraudPorts): Promise<void> => {
  const { userId: memberId, deviceId } = fact.payload;
  const recent = await readRecentSignIns(tx, memberId);
  if (recent === null) return;
  const atMs = Date.parse(fact.occurredAt);
  const uses = [...recent, { deviceId, atMs }]
    .filter((use) => atMs - use.atMs <= devicePolicyDefaults.withinMs)
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-rememberedSignIns);
  await writeRecentSignIns(tx, fact.orgId, memberId, uses);
  // Only the pair that shows now; earlier ones were told when they showed.
  const signal = detectSeveralDevices(memberId, uses).find(({ observedAtMs }) => observedAtMs === atMs);
  if (signal !== undefined)
    await raiseSignals(tx, fact.orgId, [{ ...signal, memberId, sourceEventId: fact.id }], ports);
};

/** Of members only. With the words of whoever noticed it; its points are those of the kind of signal that it is. */
const hearAnomaly = async (tx: Tx, fact: Heard<'auth.sign-in-anomaly'>, ports: FraudPorts): Promise<void> => {
  const { userId: memberId, at, sentence, innocentExplanations } = fact.payload;
  const weighed = weighAnomaly(fact.payload);
  if (weighed === null || (await readRecentSignIns(tx, memberId)) === null) return;
  const signal = signalOf({ ...weighed, observedAtMs: Date.parse(at), sentence, innocentExplanations });
  await raiseSignals(tx, fact.orgId, [{ ...signal, memberId, sourceEventId: fact.id }], ports);
};

const causeOfExcursion = (excursionId: string): string => `excursion:${excursionId}`;

/** At its opening, when nobody knows how long it will last; its end says whether it counts. */
const signalOfExcursion = ({ id, payload }: Heard<'geo.excursion-opened'>): FoundSignal => {
  const { memberId, excursionId, startedAt, distanceMeters } = payload;
  const signal = signalOf({
    kind: 'geo-violation',
    causeKey: causeOfExcursion(excursionId),
    observedAtMs: Date.parse(startedAt),
    sentence: `Left the site, and was ${Math.round(distanceMeters)} m outside.`,
    innocentExplanations: [
      'A lesson or an errand takes place outside.',
      'Positions wander inside buildings, or the boundary is drawn too tightly.',
    ],
    facts: { excursionId, distanceMeters: Math.round(distanceMeters) },
  });
  return { ...signal, memberId, sourceEventId: id };
};

const measureExcursion = async (tx: Tx, fact: Heard<'geo.excursion-closed'>, ports: FraudPorts): Promise<void> => {
  const { memberId, excursionId, startedAt, durationMs, farthestMeters } = fact.payload;
  const startedAtMs = Date.parse(startedAt);
  const violation = detectGeoViolation({ id: excursionId, startedAtMs, durationMs, farthestMeters });
  if (violation !== null) return describeCause(tx, memberId, violation);
  await forgive(tx, memberId, excursionId, 'The excursion was too short, or too near, to be a violation.', ports);
};

const forgive = async (
  tx: Tx,
  memberId: string,
  excursionId: string,
  because: string,
  { clock }: FraudPorts,
): Promise<void> => {
  const dismissed = await dismissCause(tx, {
    memberId,
    causeKey: causeOfExcursion(excursionId),
    because,
    at: clock.now(),
  });
  await appendAudits(
    tx,
    dismissed.map((id) => ({
      actor: { kind: 'system' },
      action: 'signal.dismissed',
      object: { kind: 'signal', id },
      detail: { memberId, because },
    })),
    clock,
  );
};
