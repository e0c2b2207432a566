import { attendanceRoutes, type Gate, organizationRoutes, type RouteAnswer } from '@muster/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { ApiSession } from './api-client.ts';

type Punched = RouteAnswer<typeof attendanceRoutes.enter>;

/** A printed code with the gate it hangs at. */
export interface HangingCode {
  readonly text: string;
  readonly gate: Gate;
}

/** The printed code of a site's first gate, as somebody who operates gates reads it. Null when the site has no gate. */
export const readHangingCode = async (operator: ApiSession, siteId: string): Promise<HangingCode | null> => {
  const { items } = await operator.call(organizationRoutes.listGates, {});
  const gate = items.find((one) => one.siteId === siteId);
  if (gate === undefined) return null;
  const { text } = await operator.call(attendanceRoutes.readPrintedCode, { params: { gateId: gate.gateId } });
  return { text, gate };
};

/**
 * ENTER or EXIT as a phone does it that is held in the gate: scan, then punch with a fresh fix. Gives `reason` where one
 * is asked for.
 * @throws ApiProblem when it is refused; Error when something else is due
 */
export const punchAtTheGate = async (
  phone: ApiSession,
  direction: 'ENTER' | 'EXIT',
  { text, gate }: { readonly text: string; readonly gate: Gate | null },
  { reason, clock }: { readonly reason: string; readonly clock: Clock },
): Promise<Punched> => {
  const { nonce, gateName, next } = await phone.call(attendanceRoutes.scan, { body: { code: text } });
  if (next.direction !== direction) throw new Error(next.sentence);
  const at = gate ?? (await gateOfName(phone, gateName));
  const body = {
    nonce,
    fix: { ...at.position, accuracyMeters: 8, ageMs: 1000, mock: null },
    deviceAt: clock.now().toISOString(),
    ...(next.reasonRequired ? { reason } : {}),
  };
  const signature = phone.signPunch({ ...body, direction });
  const route = direction === 'ENTER' ? attendanceRoutes.enter : attendanceRoutes.exit;
  return phone.call(route, { body: { ...body, signature } });
};

const gateOfName = async (phone: ApiSession, name: string): Promise<Gate> => {
  const { items } = await phone.call(organizationRoutes.listGates, {});
  const gate = items.find((one) => one.name === name);
  if (gate === undefined) throw new Error(`There is no gate called ${name}.`);
  return gate;
};
