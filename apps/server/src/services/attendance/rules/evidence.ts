import { checksOfCard, checksOfPhone } from './evidence-checks.ts';
import {
  type Effect,
  type Evidence,
  type EvidencePolicy,
  evidencePolicyDefaults,
  type PunchReason,
  type PunchSignal,
} from './punch-evidence.ts';

export type { Evidence, EvidencePolicy, PunchReason, PunchSignal } from './punch-evidence.ts';
export { evidencePolicyDefaults } from './punch-evidence.ts';

export interface PunchJudgement {
  verdict: 'accepted' | 'accepted-with-signals' | 'held' | 'refused';
  reasons: PunchReason[];
  signals: PunchSignal[];
}

/**
 * Weighs a punch's evidence. A refusal wins over a hold and a hold over a signal, but every finding is kept, whatever
 * the verdict. A check that could not run holds the punch: nothing passes because something was missing.
 */
export function judgePunch(evidence: Evidence, policy: EvidencePolicy = evidencePolicyDefaults): PunchJudgement {
  const checks = evidence.code.kind === 'card' ? checksOfCard : checksOfPhone;
  const findings = checks.flatMap((check) => check(evidence, policy));
  const has = (effect: Effect) => findings.some((finding) => finding.effect === effect);
  const signals = findings.flatMap((finding) => finding.signal ?? []);
  return {
    verdict: has('refuse')
      ? 'refused'
      : has('hold')
        ? 'held'
        : has('signal') || signals.length > 0
          ? 'accepted-with-signals'
          : 'accepted',
    reasons: findings.map(({ code, effect, sentence }) => ({ code, effect, sentence })),
    signals,
  };
}
