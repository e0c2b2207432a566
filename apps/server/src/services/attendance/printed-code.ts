import type { attendanceRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { gateKeys, raisePrintedVersion, requireGate } from './gate-store.ts';
import { recordAct } from './record.ts';
import { type GateKeys, printedCode } from './rules/gate-code.ts';

/** On paper the text itself is what people type: it never changes, so it can be as long as it is. */
const toAnswer = (keys: GateKeys) => {
  const text = printedCode(keys);
  return { text, typed: text, version: keys.printedVersion ?? 0 };
};

export const readPrintedCode =
  (): Verb<typeof attendanceRoutes.readPrintedCode> =>
  async (tx, { params }, call) => {
    await requireGate(tx, params.gateId);
    return toAnswer(await gateKeys(tx, call.actor.orgId, params.gateId, call.at));
  };

export const revokePrintedCode =
  (): Verb<typeof attendanceRoutes.revokePrintedCode> =>
  async (tx, { params }, call) => {
    await requireGate(tx, params.gateId);
    await gateKeys(tx, call.actor.orgId, params.gateId, call.at);
    await raisePrintedVersion(tx, params.gateId);
    const answer = toAnswer(await gateKeys(tx, call.actor.orgId, params.gateId, call.at));
    await recordAct(tx, call, {
      action: 'attendance.printed-code-revoked',
      object: { kind: 'gate', id: params.gateId },
      detail: { newVersion: answer.version },
    });
    return answer;
  };
