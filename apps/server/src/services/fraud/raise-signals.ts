import { appendAudits } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus, OutgoingEvent } from '../../platform/events/port.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { riskAt, riskPolicyDefaults, type ScoredSignal } from './rules/risk.ts';
import { type FoundSignal, insertSignals, type NewSignal, readSignals } from './signal-store.ts';

export interface FraudPorts {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
}

/** After so many half-lives of the default two weeks, a signal weighs less than a tenth of a point. */
export const rememberedMs = 180 * 86_400_000;

/**
 * Keeps what the rules found, says so, and says whether staff are to be alerted. A cause that raised the same signal
 * within a day before or after raises nothing more, also where it was dismissed: a phone that calls every fix
 * simulated is one signal, not thousands.
 */
export const raiseSignals = async (
  tx: Tx,
  orgId: string,
  found: readonly FoundSignal[],
  { events, clock }: FraudPorts,
): Promise<void> => {
  if (found.length === 0) return;
  const now = clock.now();
  const memberIds = [...new Set(found.map(({ memberId }) => memberId))];
  const oldestMs = Math.min(now.getTime(), ...found.map(({ observedAtMs }) => observedAtMs));
  const standing: (ScoredSignal & { memberId: string })[] = await readSignals(
    tx,
    memberIds,
    new Date(oldestMs - rememberedMs),
  );
  const fresh: NewSignal[] = [];
  for (const signal of found) {
    if (standing.some((earlier) => isRepeated(earlier, signal))) continue;
    const id = uuidv7();
    fresh.push({ ...signal, id });
    standing.push({ ...signal, id, dismissed: false });
  }
  const inserted = await insertSignals(tx, orgId, fresh, now);
  const raised = fresh.filter(({ id }) => inserted.has(id));
  await appendAudits(
    tx,
    raised.map(({ id, memberId, kind, points, causeKey, sentence }) => ({
      actor: { kind: 'system' },
      action: 'signal.raised',
      object: { kind: 'signal', id },
      detail: { memberId, kind, points, causeKey },
      personal: { of: memberId, fields: { sentence } },
    })),
    clock,
  );
  const told = raised.map((signal): OutgoingEvent => {
    // Those of this batch that come after it do not speak yet.
    const soFar = standing.slice(0, standing.findIndex(({ id }) => id === signal.id) + 1);
    const ofMember = soFar.filter(({ memberId }) => memberId === signal.memberId);
    const { alerts } = riskAt(ofMember, now.getTime());
    const { id: signalId, memberId, kind, points, sentence } = signal;
    const at = new Date(signal.observedAtMs).toISOString();
    const payload = { memberId, signalId, kind, points, sentence, at, alerting: alerts.includes(kind) };
    return { type: 'fraud.signal-raised', key: memberId, payload };
  });
  await events.append(tx, orgId, told);
};

const isRepeated = (earlier: ScoredSignal & { memberId: string }, signal: FoundSignal): boolean =>
  earlier.memberId === signal.memberId &&
  earlier.kind === signal.kind &&
  earlier.causeKey === signal.causeKey &&
  Math.abs(earlier.observedAtMs - signal.observedAtMs) <= riskPolicyDefaults.oneCauseMs;
