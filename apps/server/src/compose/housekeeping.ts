import { forgetAnswers } from '../platform/http/idempotency.ts';
import type { Ports } from '../platform/service.ts';

const hourMs = 3_600_000;

/** What keeps the platform's own tables small, whichever services run. */
export const housekeeping = ({ jobs, events, database, clock }: Ports): void => {
  const hoursAgo = (hours: number): Date => new Date(clock.now().getTime() - hours * hourMs);
  jobs.every('platform.trim', hourMs, async () => {
    await events.trim(hoursAgo(48));
    await database.acrossOrganizations('gateway', (tx) => forgetAnswers(tx, hoursAgo(24)));
  });
};
