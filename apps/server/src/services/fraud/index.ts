import { fraudRoutes } from '@muster/contracts';
import { verb } from '../../platform/http/bound-route.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { hearFacts } from './hear-facts.ts';
import { readRisk } from './read-risk.ts';
import { forgetTracksBefore } from './recent-store.ts';
import { watchPositions } from './watch-positions.ts';
import { fraudPersonalData } from './personal-data.ts';

const hourMs = 3_600_000;

/** Signals and risk: evidence in words, never a verdict. */
export const fraudService: ServiceDescriptor = {
  name: 'fraud',
  personalData: fraudPersonalData,
  create: ({ database, events, clock }) => ({
    name: 'fraud',
    routes: [verb(fraudRoutes.readRisk, readRisk)],
    consumers: [hearFacts({ events, clock }), watchPositions({ events, clock })],
    jobs: (jobs) =>
      jobs.every('fraud.forget-tracks', hourMs, () =>
        database.acrossOrganizations('fraud', (tx) =>
          forgetTracksBefore(tx, new Date(clock.now().getTime() - 24 * hourMs)),
        ),
      ),
  }),
};
