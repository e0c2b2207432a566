import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveCloseCodes, liveRequest, liveSubprotocol } from '@muster/contracts';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '../../../platform/http/call.ts';
import type { Problem } from '../../../platform/http/problem.ts';
import type { Ports } from '../../../platform/service.ts';
import { Connection } from './connection.ts';
import type { LiveHub } from './hub.ts';

const livePath = '/v1/live';
const maxRequestBytes = 4 * 1024;
const maxRequestsPerMinute = 60;
const pingEveryMs = 15_000;
const silentAfterMs = 45_000;
/** Who has signed out, or may see less than before, is told nothing more after five seconds, whatever is out of order. */
const checkEveryMs = 4_000;
/** Coming back costs a process that has just started more than anything else: so many a second are let come. */
const returnsPerSecond = 30;
const shortestSpreadMs = 3_000;
/** Nobody is to be away for half a minute. */
const longestSpreadMs = 18_000;

type SocketPorts = Pick<Ports, 'accessTokens' | 'cache' | 'clock' | 'telemetry' | 'settings'>;

export interface LiveSocket {
  /** Sends everyone away, one by one over this time, so that they do not all come back at once. */
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** `WS /v1/live`: authenticated in the upgrade, so that nobody unknown ever holds a socket. */
export const serveLiveSocket = (server: FastifyInstance, hub: LiveHub, ports: SocketPorts): LiveSocket => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxRequestBytes,
    perMessageDeflate: false,
    handleProtocols: () => liveSubprotocol,
  });
  const fail = (error: unknown): void => ports.telemetry.log.error({ err: error }, 'the live socket failed');

  server.server.on('upgrade', (request, stream: Duplex, head) => {
    // Nobody else listens to the stream yet; without a listener its error would end the process.
    const giveUp = (): void => void stream.destroy();
    stream.on('error', giveUp);
    upgrade(request, stream, head).catch((error: unknown) => {
      fail(error);
      giveUp();
    });
  });

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const refusal = refuse(request, ports.settings.publicUrl);
    if (refusal !== null) return end(stream, refusal);
    const slot = server.shedding.enter('view');
    if (typeof slot === 'string') return endBusy(stream, server.shedding.refusal('view', slot));
    try {
      const token = bearerOf(request);
      const actor = token === null ? null : await ports.accessTokens.verify(token);
      // Programs ask; they do not listen.
      if (actor === null || actor.permitted !== undefined) return end(stream, '401 Unauthorized');
      if (!slot.belongsTo(actor.orgId)) return endBusy(stream, server.shedding.refusal('view', 'share'));
      sockets.handleUpgrade(request, stream, head, (socket) => welcome(socket, actor));
    } finally {
      // A socket that is open costs little; coming in is what costs.
      slot.leave();
    }
  };

  const welcome = (socket: WebSocket, actor: Actor): void => {
    const connection = new Connection(socket, actor, ports.clock.now().getTime());
    const joining = hub.join(connection);
    // A broken stream also closes; there is nothing else to do about it.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => void joining.then(() => hub.leave(connection)).catch(fail));
    socket.on('message', (data: Buffer) => void joining.then(() => hear(connection, data.toString())).catch(fail));
    joining.then(
      (joined) => joined || connection.close(liveCloseCodes.tooMany, 'too many sockets'),
      (error: unknown) => {
        fail(error);
        connection.close(liveCloseCodes.restarting, 'something failed: come back in a moment');
      },
    );
  };

  const hear = async (connection: Connection, text: string): Promise<void> => {
    if (!connection.isOpen) return;
    connection.lastHeardMs = ports.clock.now().getTime();
    const { allowed } = await ports.cache.take(`live:${connection.actor.sessionId}`, maxRequestsPerMinute, 60_000);
    if (!allowed) return connection.close(liveCloseCodes.tooMany, 'too many requests');
    const request = liveRequest.safeParse(parseJson(text));
    if (!request.success) return connection.close(liveCloseCodes.malformed, 'not a request of this protocol');
    if (request.data.type === 'subscribe') await hub.subscribe(connection, request.data.topics, request.data.cursor);
  };

  const beat = async (): Promise<void> => {
    const now = ports.clock.now();
    for (const connection of await hub.connections()) {
      if (now.getTime() - connection.lastHeardMs > silentAfterMs) {
        connection.close(liveCloseCodes.silent, 'nothing was heard');
      } else {
        connection.send({ type: 'ping', serverAt: now.toISOString() });
      }
    }
  };
  const heart = setInterval(() => void beat().catch(fail), pingEveryMs);
  const checks = setInterval(() => void hub.check().catch(fail), checkEveryMs);

  const drain = async (withinMs: number): Promise<void> => {
    const leaving = await hub.connections();
    const spreadMs = Math.min(longestSpreadMs, Math.max(shortestSpreadMs, (leaving.length / returnsPerSecond) * 1_000));
    for (const connection of leaving) {
      connection.send({ type: 'restarting', retryAfterMs: Math.round(Math.random() * spreadMs) });
      connection.close(liveCloseCodes.restarting, 'restarting: come back in a moment');
      if (withinMs > 0) await sleep(withinMs / leaving.length);
    }
  };

  return {
    drain,
    close: async () => {
      clearInterval(heart);
      clearInterval(checks);
      // Who came while others were sent away.
      await drain(0);
      sockets.close();
    },
  };
};

/** What is wrong with an upgrade before anybody is asked who they are. */
const refuse = (request: IncomingMessage, publicUrl: string): string | null => {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== livePath) return '404 Not Found';
  // A page of another site must not open sockets with the token it may have been given (ASVS 4.4.2). A proxy may have
  // changed the host; then the origin is the address that users know.
  const { origin, host } = request.headers;
  if (origin === undefined || hostOf(origin) === host || hostOf(origin) === hostOf(publicUrl)) return null;
  return '403 Forbidden';
};

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

const bearerOf = (request: IncomingMessage): string | null => {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (!offered.includes(liveSubprotocol)) return null;
  return offered.find((protocol) => protocol.startsWith('bearer.'))?.slice('bearer.'.length) ?? null;
};

const end = (stream: Duplex, status: string, header = ''): void => {
  stream.end(`HTTP/1.1 ${status}\r\n${header}Connection: close\r\nContent-Length: 0\r\n\r\n`);
};

const endBusy = (stream: Duplex, { status, details }: Problem): void =>
  end(stream, `${status} ${STATUS_CODES[status]}`, `Retry-After: ${details.retryAfterSeconds}\r\n`);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
