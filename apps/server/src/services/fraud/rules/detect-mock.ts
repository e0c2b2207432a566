import { positionCause, type Signal, type SignalTable, signalOf, signalRules } from './signals.ts';

/** Fake GPS: the phone itself called a fix simulated. An unknown flag (many phones have none) is not a yes. */
export function detectMockFixes(
  deviceId: string,
  fixes: readonly { atMs: number; mock: boolean | null }[],
  table: SignalTable = signalRules,
): Signal | null {
  const simulated = fixes.filter(({ mock }) => mock === true);
  if (simulated.length === 0) {
    return null;
  }
  return signalOf(
    {
      kind: 'fake-gps',
      causeKey: positionCause(deviceId),
      observedAtMs: Math.min(...simulated.map(({ atMs }) => atMs)),
      sentence: 'The phone reported a simulated location.',
      innocentExplanations: [
        'An external or survey-grade receiver is connected.',
        'A developer option was left on after trying an app.',
      ],
      facts: { deviceId, simulated: simulated.length, of: fixes.length },
    },
    table,
  );
}
