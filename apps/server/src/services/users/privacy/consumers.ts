import { servicesWithPersonalData } from '@muster/contracts';
import { appendAudit } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { Consumer, StoredEvent } from '../../../platform/events/port.ts';
import { erasePart } from '../../../platform/personal-data/contribute.ts';
import type { Ports } from '../../../platform/service.ts';
import { usersPersonalData } from '../personal-data.ts';
import { assembleExportJob } from './assemble-export.ts';
import { finishRequest, insertPart } from './request-store.ts';

type Answered = 'platform.personal-data-exported' | 'platform.personal-data-erased';

/**
 * What the services have done of an export or an erasure. When the last part of an export is there, a job puts it together;
 * when all others have erased theirs, so does this service, by whose rows they recognised the person.
 */
export const dataRequests = (ports: Pick<Ports, 'jobs' | 'events' | 'objects' | 'cache' | 'clock'>): Consumer => {
  const consumer: Consumer<Answered> = {
    name: 'users.data-requests',
    service: 'users',
    types: ['platform.personal-data-exported', 'platform.personal-data-erased'],
    async handle(tx, answered) {
      for (const { type, orgId, payload } of answered) {
        const { requestId, service } = payload;
        const files = type === 'platform.personal-data-exported' ? payload.files : [];
        const done = new Set(await insertPart(tx, orgId, requestId, service, files));
        const isComplete = servicesWithPersonalData.every(
          (each) => done.has(each) || (type === 'platform.personal-data-erased' && each === 'users'),
        );
        if (!isComplete) continue;
        if (type === 'platform.personal-data-exported') {
          await ports.jobs.enqueue(tx, orgId, { name: assembleExportJob, payload: { requestId } });
        } else await finishErasure(tx, ports, orgId, payload);
      }
    },
  };
  return consumer as unknown as Consumer;
};

const finishErasure = async (
  tx: Tx,
  { events, objects, cache, clock }: Pick<Ports, 'events' | 'objects' | 'cache' | 'clock'>,
  orgId: string,
  { userId, requestId }: StoredEvent<'platform.personal-data-erased'>['payload'],
): Promise<void> => {
  const at = clock.now();
  await erasePart(tx, usersPersonalData, { orgId, userId, at }, { objects, cache });
  await finishRequest(tx, requestId, { state: 'done', at });
  await events.append(tx, orgId, [{ type: 'users.person-erased', key: userId, payload: { userId, requestId } }]);
  const entry = { action: 'person.erased', object: { kind: 'user', id: userId }, detail: { requestId } };
  await appendAudit(tx, { ...entry, actor: { kind: 'system' } }, clock);
};
