import { sql } from 'kysely';
import type { Consumer } from '../../platform/events/port.ts';
import type { Jobs, RunningJob } from '../../platform/jobs/port.ts';
import type { Ports } from '../../platform/service.ts';

const forgetPerson = 'gateway.forget-person';

/** The services have erased somebody; what passed through the platform on the way goes last. */
export const erasures = ({ jobs }: Pick<Ports, 'jobs'>): Consumer<'users.person-erased'> => ({
  name: 'gateway.erasures',
  service: 'gateway',
  types: ['users.person-erased'],
  async handle(tx, events) {
    for (const { orgId, payload } of events) {
      await jobs.enqueue(tx, orgId, { name: forgetPerson, payload: { userId: payload.userId } });
    }
  },
});

/**
 * Remembered answers that show the person, jobs, and events. An event that some consumer has not passed yet waits for the
 * next try; after the last one, retention takes it within two days.
 */
export const handleForgetPerson = (jobs: Jobs, { database, events }: Pick<Ports, 'database' | 'events'>): void =>
  jobs.handle(forgetPerson, async ({ id, orgId, payload }: RunningJob<{ userId: string }>) => {
    const { userId } = payload;
    await database.inOrganization('gateway', orgId, async (tx) => {
      const mention = `%${userId}%`;
      await sql`
        DELETE FROM platform.idempotency WHERE user_id = ${userId} OR body::text LIKE ${mention}`.execute(tx);
      await sql`
        DELETE FROM platform.job WHERE id <> ${id} AND state <> 'asked' AND payload::text LIKE ${mention}`.execute(tx);
    });
    const waiting = await events.forget(orgId, userId);
    if (waiting > 0) throw new Error(`${waiting} events about somebody who was erased still wait for a consumer.`);
  });
