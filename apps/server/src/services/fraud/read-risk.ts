import type { fraudRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { Verb } from '../../platform/http/call.ts';
import { rememberedMs } from './raise-signals.ts';
import { riskAt } from './rules/risk.ts';
import { readSignals } from './signal-store.ts';

/** More than this says nothing more. */
const shownAtMost = 200;

/** A member's risk now, and the signals behind it, newest first; what was dismissed no longer speaks against anybody. */
export const readRisk: Verb<typeof fraudRoutes.readRisk> = async (tx, { params: { memberId } }, call) => {
  await requireReach(tx, call, memberId);
  const stored = await readSignals(tx, [memberId], new Date(call.at.getTime() - rememberedMs));
  const { score, level } = riskAt(stored, call.at.getTime());
  return {
    memberId,
    points: score,
    level,
    signals: stored
      .filter(({ dismissed }) => !dismissed)
      .slice(0, shownAtMost)
      .map(({ id, kind, points, sentence, innocentExplanations, observedAtMs }) => ({
        signalId: id,
        memberId,
        kind,
        points,
        sentence,
        innocentExplanations: [...innocentExplanations],
        observedAt: new Date(observedAtMs).toISOString(),
      })),
  };
};
