import type { SignalKind } from '@muster/contracts';
import { positionCause } from './signals.ts';

/**
 * The cause of one finding of a punch. What a phone says about its position has one cause, whoever noticed it: a
 * simulated fix, the distance to the gate that follows from it, and the jump in the track behind it count once.
 */
export function causeOfFinding(
  finding: { kind: SignalKind; causeKey: string },
  memberId: string,
  beside: readonly { kind: SignalKind }[],
): string {
  const simulated = beside.some(({ kind }) => kind === 'fake-gps');
  const isAboutPosition = finding.kind === 'fake-gps' || finding.kind === 'impossible-travel';
  return isAboutPosition || (simulated && finding.kind === 'proxy-attendance')
    ? positionCause(memberId)
    : finding.causeKey;
}
