import { events } from './events.ts';
import { toJsonSchema } from './json-schema.ts';
import { liveFrame, liveRequest } from './live.ts';

type Json = Record<string, unknown>;

/** The AsyncAPI 3.0 description of the events between services and of the live socket. */
export const asyncApiDocument = (): Json => {
  const messages: Record<string, Json> = {
    liveFrame: { summary: 'What the server says', payload: toJsonSchema(liveFrame, 'output') },
    liveRequest: { summary: 'What a client may say', payload: toJsonSchema(liveRequest, 'output') },
  };
  for (const [type, { version, payload }] of Object.entries(events)) {
    messages[type] = { name: type, summary: `Version ${version}`, payload: toJsonSchema(payload, 'output') };
  }
  const referTo = (names: readonly string[]): Json =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Muster',
      version: '1.0.0',
      description: 'Facts that services tell each other, and the live socket.',
    },
    channels: {
      live: {
        address: '/v1/live',
        description: 'WebSocket; offer the subprotocols `muster.v1` and `bearer.<access token>`.',
        messages: referTo(['liveFrame', 'liveRequest']),
      },
      events: {
        address: 'outbox',
        description: 'At least once; in order for each member.',
        messages: referTo(Object.keys(events)),
      },
    },
    operations: {
      receiveFrames: {
        action: 'send',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/liveFrame' }],
      },
      sendRequests: {
        action: 'receive',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/liveRequest' }],
      },
    },
    components: { messages },
  };
};
