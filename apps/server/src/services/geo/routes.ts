import { routes } from '@muster/contracts';
import { type BoundRoute, signedIn, verb } from '../../platform/http/bound-route.ts';
import type { Ports } from '../../platform/service.ts';
import type { Quarantine } from './ingest/quarantine.ts';
import type { IngestQueue } from './ingest/queue.ts';
import { listLooks } from './looks/list-looks.ts';
import { listNearby } from './nearby/list-nearby.ts';
import type { PlaceIndex } from './nearby/place-index.ts';
import { addPhoneClient, listPhoneClients, removePhoneClient } from './phone-clients.ts';
import { listPresence, readPresence } from './presence-verbs.ts';
import { readTimeline } from './read-timeline.ts';
import { readTrack } from './read-track.ts';
import { reportPositions } from './report-positions.ts';

export const geoRoutes = (
  ports: Ports,
  ingest: { readonly queue: IngestQueue; readonly quarantine: Quarantine },
  placeIndex: PlaceIndex,
): readonly BoundRoute[] => [
  signedIn(routes.reportPositions, reportPositions(ingest)),
  verb(routes.listPresence, listPresence(ports)),
  verb(routes.listNearby, listNearby({ events: ports.events, placeIndex })),
  verb(routes.readPresence, readPresence(ports)),
  verb(routes.readTimeline, readTimeline()),
  verb(routes.readTrack, readTrack(ports)),
  verb(routes.listLooks, listLooks()),
  verb(routes.addPhoneClient, addPhoneClient(ports.settings)),
  verb(routes.listPhoneClients, listPhoneClients()),
  verb(routes.removePhoneClient, removePhoneClient(ports)),
];
