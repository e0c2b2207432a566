import type { Direction } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call } from '../../platform/http/call.ts';
import { type Problem, problem } from '../../platform/http/problem.ts';
import { evidenceFound } from './evidence-event.ts';
import type { ScanRow } from './punch-store.ts';
import { recordAct } from './record.ts';
import type { DeviceProof } from './rules/device-proof.ts';
import type { PunchSignal } from './rules/evidence.ts';

interface Unproven {
  readonly scan: ScanRow;
  readonly direction: Direction;
  readonly proof: DeviceProof & { kind: 'refused' };
}

/**
 * A punch that does not come from the device it says it comes from is none. That it was tried is a fact, and evidence;
 * the scan can still be used by the device that has the key.
 */
export const refuseUnproven = async (
  tx: Tx,
  { events }: { readonly events: Pick<EventBus, 'append'> },
  call: Call,
  { scan, direction, proof }: Unproven,
): Promise<Problem> => {
  const { userId: memberId, deviceId, orgId } = call.actor;
  const { sentence } = proof;
  const at = call.at.toISOString();
  const code = 'device-proof-refused' as const;
  const signal: PunchSignal = {
    kind: 'proxy-attendance',
    sentence,
    innocentExplanations: [
      'The browser has lost part of what it keeps.',
      'A backup of the phone was restored, or copied to another one.',
    ],
    facts: { code: proof.code },
  };
  // The same device on the same day is one cause, however often it is tried.
  const cause = `unproven/${at.slice(0, 10)}/${deviceId}`;
  const payload = { memberId, direction, at, code, sentence };
  await events.append(tx, orgId, [
    { type: 'attendance.punch-refused', key: memberId, occurredAt: at, payload },
    ...evidenceFound(memberId, call.at, cause, [signal]),
  ]);
  await recordAct(tx, call, {
    action: direction === 'ENTER' ? 'attendance.enter-refused' : 'attendance.exit-refused',
    object: { kind: 'member', id: memberId },
    detail: { gateId: scan.gate_id, deviceId, findings: [proof.code] },
  });
  return problem(code, { detail: sentence });
};
