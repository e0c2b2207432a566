import { z } from 'zod';
import { instant, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Signals and risk: evidence in words, never a verdict. */

export const signalKinds = [
  'fake-gps',
  'impossible-travel',
  'proxy-attendance',
  'several-devices',
  'repeated-manual-attendance',
  'scan-outside-window',
  'geo-violation',
] as const;
export const signalKind = z.enum(signalKinds);
export type SignalKind = z.infer<typeof signalKind>;

export const riskLevels = ['normal', 'warning', 'high', 'critical'] as const;
export const riskLevel = z.enum(riskLevels);
export type RiskLevel = z.infer<typeof riskLevel>;

export const signal = z.strictObject({
  signalId: uuid,
  memberId: uuid,
  kind: signalKind,
  points: z.number(),
  sentence: z.string(),
  innocentExplanations: z.array(z.string()),
  observedAt: instant,
});
export type Signal = z.infer<typeof signal>;

export const fraudRoutes = {
  readRisk: route({
    operation: 'readRisk',
    service: 'fraud',
    method: 'GET',
    path: '/v1/members/:memberId/risk',
    summary: "A member's risk with the signals behind it; the member sees the same",
    access: { permission: 'signals.see' },
    params: z.strictObject({ memberId: uuid }),
    answer: z.strictObject({
      memberId: uuid,
      points: z.number().min(0),
      level: riskLevel,
      signals: z.array(signal),
    }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
