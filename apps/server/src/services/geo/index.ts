import type { Consumer } from '../../platform/events/port.ts';
import type { Ports, Service, ServiceDescriptor } from '../../platform/service.ts';
import { consentWithdrawals } from './consent.ts';
import { presenceConsumer, watchingConsumer } from './consumers.ts';
import { authenticatePhone } from './ingest/authenticate.ts';
import { commitBatches } from './ingest/commit.ts';
import { observeQueue } from './ingest/observe-queue.ts';
import { quarantine } from './ingest/quarantine.ts';
import { IngestQueue } from './ingest/queue.ts';
import { lostPhones } from './lost-phones.ts';
import { PlaceIndex } from './nearby/place-index.ts';
import { forgetOldPositions, makePartitions } from './partitions.ts';
import { geoPersonalData } from './personal-data.ts';
import { phoneSurface } from './phone-surface.ts';
import { FenceCache } from './presence/fences.ts';
import { watchSilence } from './presence/silence.ts';
import { geoRoutes } from './routes.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

function create(ports: Ports): Service {
  const { database, clock, events, cache, telemetry } = ports;
  const queue = new IngestQueue(observeQueue(commitBatches(database), telemetry, () => queue.waitingFixes));
  const ingest = { queue, quarantine: quarantine(ports) };
  const judging = { events, clock, fences: new FenceCache(clock) };
  const placeIndex = new PlaceIndex({
    database,
    places: cache.places,
    onFailure: (error) =>
      telemetry.log.warn({ err: error }, 'the index of last positions could not be brought up to date'),
  });
  return {
    name: 'geo',
    routes: geoRoutes(ports, ingest, placeIndex),
    consumers: [
      presenceConsumer({ ...judging, placeIndex }) as Consumer,
      watchingConsumer(ports) as Consumer,
      consentWithdrawals() as Consumer,
      lostPhones(ports) as Consumer,
    ],
    jobs: (jobs) => {
      jobs.every('geo.partitions', hourMs, () => makePartitions(database, clock));
      jobs.every('geo.retention', hourMs, () => forgetOldPositions(database, clock));
      jobs.every('geo.silence', 30 * secondMs, watchSilence(database, { ...judging, fences: new FenceCache(clock) }));
    },
    surface: phoneSurface({ ...ingest, clock, log: telemetry.log, authenticate: authenticatePhone(ports) }),
    // A position without a partition cannot be stored: they are there before the first request.
    start: () => makePartitions(database, clock),
    stop: async () => {
      await queue.drained();
      await placeIndex.settled();
    },
  };
}

/** Positions, presence, excursions, timelines, phone clients, and who looked. */
export const geoService: ServiceDescriptor = { name: 'geo', create, personalData: geoPersonalData };
