import type { Authentication } from './credentials.ts';
import { decodeGpsLogger } from './gpslogger.ts';
import { decodeOverland } from './overland.ts';
import { decodeOwnTracks } from './owntracks.ts';
import {
  type ClientReply,
  gpsLoggerReplies,
  type Outcome,
  overlandReplies,
  ownTracksReplies,
  type ReplyStyle,
  replyIn,
  traccarReplies,
} from './reply.ts';
import type { ClientRequest, Decoded } from './request.ts';
import {
  type ClientSetup,
  type SetupInput,
  setUpGpsLogger,
  setUpOverland,
  setUpOwnTracks,
  setUpTraccar,
} from './setup.ts';
import { decodeTraccar } from './traccar.ts';

export { type Authentication, presentedSecret } from './credentials.ts';
export type { ClientReply, Outcome } from './reply.ts';
export type { ClientRequest, Decoded, RegionTransition } from './request.ts';
export type { ClientSetup, SetupInput } from './setup.ts';

/** Everything Muster knows of one phone app. */
export type ClientFormat = {
  readonly title: string;
  /** The ways in which its requests can carry the secret. */
  readonly authentication: readonly Authentication[];
  /** Never throws, whatever comes. */
  readonly decode: (request: ClientRequest) => Decoded;
  readonly reply: (outcome: Outcome, retryAfterSeconds?: number) => ClientReply;
  readonly setUp: (input: SetupInput) => ClientSetup;
};

const replies = (style: ReplyStyle) => (outcome: Outcome, retryAfterSeconds?: number) =>
  replyIn(style, outcome, retryAfterSeconds);

export const clientFormats = {
  owntracks: {
    title: 'OwnTracks',
    authentication: ['basic', 'path'],
    decode: decodeOwnTracks,
    reply: replies(ownTracksReplies),
    setUp: setUpOwnTracks,
  },
  traccar: {
    title: 'Traccar Client',
    authentication: ['path'],
    decode: (request) => decodeTraccar(request),
    reply: replies(traccarReplies),
    setUp: setUpTraccar,
  },
  overland: {
    title: 'Overland',
    authentication: ['bearer', 'path'],
    decode: decodeOverland,
    reply: replies(overlandReplies),
    setUp: setUpOverland,
  },
  gpslogger: {
    title: 'GPSLogger',
    authentication: ['basic', 'path'],
    decode: decodeGpsLogger,
    reply: replies(gpsLoggerReplies),
    setUp: setUpGpsLogger,
  },
} as const satisfies Record<string, ClientFormat>;

export type ClientName = keyof typeof clientFormats;
