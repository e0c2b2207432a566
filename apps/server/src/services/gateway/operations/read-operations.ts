import { type operationsRoutes, serviceNames } from '@muster/contracts';
import type { SignedInHandler } from '../../../platform/http/call.ts';
import type { Ports } from '../../../platform/service.ts';

/** Of all services, whichever processes work on them; `platform` stands for what every process helps with. */
const queueNames = [...serviceNames, 'platform'];

/** How far the work in the background is. Asks the queue's server, so it holds no transaction. */
export const readOperations =
  ({ jobs, events }: Pick<Ports, 'jobs' | 'events'>): SignedInHandler<typeof operationsRoutes.readOperations> =>
  async () => {
    const [queues, lags] = await Promise.all([jobs.depth(queueNames), events.lag()]);
    return {
      queues: queues.length === 0 ? null : queues,
      consumers: lags.map(({ consumer: name, ...lag }) => ({ name, ...lag })),
    };
  };
