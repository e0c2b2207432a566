import { createHash, randomBytes } from 'node:crypto';
import type { attendanceRoutes } from '@muster/contracts';
import type { Database } from '../../platform/database/port.ts';
import type { OpenHandler, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { findGate, findKiosk, gateKeys, linkKiosk, requireGate } from './gate-store.ts';
import { recordAct } from './record.ts';
import { codesAhead, defaultStepMs } from './rules/gate-code.ts';

/** So long a screen goes on showing valid codes without network. */
const aheadMs = 120_000;

const hashOf = (kioskSecret: string): Buffer => createHash('sha256').update(kioskSecret).digest();

/** The secret is shown this once; only its hash is kept. It stands behind `#`, which browsers send to nobody. */
export const openKiosk =
  (): Verb<typeof attendanceRoutes.openKiosk> =>
  async (tx, { params }, call) => {
    await requireGate(tx, params.gateId);
    await gateKeys(tx, call.actor.orgId, params.gateId, call.at);
    const kioskSecret = randomBytes(32).toString('base64url');
    await linkKiosk(tx, params.gateId, hashOf(kioskSecret), call.at);
    await recordAct(tx, call, {
      action: 'attendance.kiosk-opened',
      object: { kind: 'gate', id: params.gateId },
      detail: {},
    });
    return { kioskSecret, path: `/kiosk#${kioskSecret}` };
  };

/** The screen brings no account, only its secret: it leads to the organization, and everything else happens inside. */
export const readKioskCodes =
  ({ database }: { database: Database }): OpenHandler<typeof attendanceRoutes.readKioskCodes> =>
  async (_input, call) => {
    const secret = /^Kiosk ([\w-]{20,100})$/.exec(call.request.headers.authorization ?? '')?.[1];
    if (secret === undefined) throw notLinked();
    const kiosk = await database.acrossOrganizations('attendance', (tx) => findKiosk(tx, hashOf(secret)));
    if (kiosk === undefined) throw notLinked();
    return database.inOrganization('attendance', kiosk.org_id, async (tx) => {
      const gate = await findGate(tx, kiosk.gate_id);
      if (gate === undefined) throw notLinked();
      const keys = await gateKeys(tx, kiosk.org_id, gate.gate_id, call.at);
      const codes = codesAhead(keys, call.at.getTime(), aheadMs / defaultStepMs + 1);
      return {
        gateName: gate.gate_name,
        siteName: gate.site_name,
        timeZone: gate.time_zone,
        serverAt: call.at.toISOString(),
        stepMs: defaultStepMs,
        codes: codes.map(({ text, typed, showFromMs, showUntilMs }) => ({
          text,
          typed,
          validFrom: new Date(showFromMs).toISOString(),
          validUntil: new Date(showUntilMs).toISOString(),
        })),
      };
    });
  };

const notLinked = () =>
  problem('not-signed-in', { detail: 'This screen is not linked to a gate, or a newer link has taken its place.' });
