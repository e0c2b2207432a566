import type { attendanceRoutes, RouteInput } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';
import { geofencesOf } from './people-store.ts';
import type { ScanningDevice, ScanRow } from './punch-store.ts';
import type { DeviceProof } from './rules/device-proof.ts';
import type { Evidence } from './rules/evidence.ts';
import { distanceToSiteMeters } from './rules/site-distance.ts';

type PunchBody = RouteInput<typeof attendanceRoutes.enter>['body'];

/** Everything that is known about a punch at the moment it arrives. What cannot be found out is null, never fine. */
export async function gatherEvidence(
  tx: Tx,
  call: Call,
  { scan, proof }: { scan: ScanRow & { device: ScanningDevice }; proof: DeviceProof },
  body: PunchBody,
  window: Evidence['window'],
): Promise<Evidence> {
  const { bound, boundToOther } = scan.device;
  const failedChecks: string[] = [];
  let distanceToGeofenceMeters: number | null = null;
  if (body.fix !== null) {
    const shapes = await geofencesOf(tx, scan.site_id);
    try {
      distanceToGeofenceMeters = distanceToSiteMeters(shapes, body.fix);
    } catch {
      failedChecks.push('geofence');
    }
  }
  return {
    code: scan.code,
    fix: body.fix === null ? null : { ...body.fix, distanceToGeofenceMeters },
    device: { bound, boundToOther, ...(proof.kind === 'signed' ? { signed: proof.signed } : {}) },
    clock: { deviceMs: Date.parse(body.deviceAt), serverMs: call.at.getTime() },
    window,
    failedChecks,
  };
}
