import type { routes } from '@muster/contracts';
import type { SignedInHandler } from '../../platform/http/call.ts';
import { accept, toRawFix } from './ingest/accept.ts';
import type { Quarantine } from './ingest/quarantine.ts';
import type { IngestQueue } from './ingest/queue.ts';

/** Muster's own app reports positions. Answers after the commit: the app deletes what is acknowledged. */
export const reportPositions =
  (deps: {
    readonly queue: Pick<IngestQueue, 'submit'>;
    readonly quarantine: Quarantine;
  }): SignedInHandler<typeof routes.reportPositions> =>
  async ({ body }, { actor, at }) => {
    const { fixes, putAside } = accept(body.positions.map(toRawFix), at.getTime());
    const sender = { orgId: actor.orgId, memberId: actor.userId, deviceId: actor.deviceId };
    const outcome = await deps.queue.submit(sender.orgId, { ...sender, fixes });
    await deps.quarantine({ ...sender, client: 'muster' }, putAside);
    return { ...outcome, quarantined: putAside.length };
  };
