import type { Consumer } from '../../platform/events/port.ts';
import type { Ports } from '../../platform/service.ts';
import { channelOf, liveTypes } from './live/live-fact.ts';

/** Passes every fact that a socket may be told on to the gateways; a socket that misses one resumes by its cursor. */
export const liveConsumer = ({ realtime }: Pick<Ports, 'realtime'>): Consumer<(typeof liveTypes)[number]> => ({
  name: 'gateway.live',
  service: 'gateway',
  types: liveTypes,
  startsAt: 'now',
  // A cursor says that everything before it has been told.
  order: 'organization',
  handle: async (_tx, events) => {
    for (const event of events) await realtime.publish(channelOf(event.orgId), event);
  },
});
