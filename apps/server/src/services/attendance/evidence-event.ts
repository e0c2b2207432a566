import { type SignalKind, signalKinds } from '@muster/contracts';
import type { OutgoingEvent } from '../../platform/events/port.ts';
import type { PunchSignal } from './rules/evidence.ts';

const isScored = (kind: string): kind is SignalKind => (signalKinds as readonly string[]).includes(kind);

/**
 * The signals of one scan or punch as fraud is told of them; none when there is nothing to score (a clock that
 * differs stays a finding of the punch: it has no points of its own). `cause` names what they come from: the same
 * photo scanned five times, or the same phone used twice a day, counts once.
 */
export function evidenceFound(
  memberId: string,
  at: Date,
  cause: string,
  signals: readonly PunchSignal[],
): OutgoingEvent<'attendance.evidence-found'>[] {
  const findings = signals.flatMap(({ kind, sentence, innocentExplanations }) =>
    isScored(kind)
      ? [{ kind, causeKey: `${kind}/${cause}`, sentence, innocentExplanations: [...innocentExplanations] }]
      : [],
  );
  if (findings.length === 0) return [];
  return [
    {
      type: 'attendance.evidence-found',
      key: memberId,
      occurredAt: at.toISOString(),
      payload: { memberId, at: at.toISOString(), findings },
    },
  ];
}
