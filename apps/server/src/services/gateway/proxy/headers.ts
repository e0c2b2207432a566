import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { deadlineHeader } from '../../../platform/http/deadline.ts';
import { traceparentOf } from '../../../platform/telemetry/request-context.ts';

/** They speak of one connection, not of the message (RFC 9110, 7.6.1); undici writes those of its own. */
const ofTheConnection: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Node has answered it.
  'expect',
];

/** Only a proxy may say these, and to the services the gateway is the proxy. */
const ofProxies: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
];

const bodyless: readonly string[] = ['GET', 'HEAD'];

/** The headers that a service gets: the client's, as far as they are the client's to say, and what the gateway knows. */
export const headersToService = (
  request: FastifyRequest,
  given: IncomingHttpHeaders,
  contentType: string | undefined,
  remainingMs: number,
): IncomingHttpHeaders => {
  const headers = withoutConnection(given);
  for (const name of Object.keys(headers)) {
    if (ofProxies.includes(name) || name.startsWith('x-muster-')) delete headers[name];
  }
  delete headers['content-type'];
  if (contentType !== undefined) headers['content-type'] = contentType;
  // Fastify reads no body here, so none is sent.
  if (bodyless.includes(request.method)) delete headers['content-length'];
  return {
    ...headers,
    // Not the chain that came: the one address that the gateway believes is the one that services shall believe.
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    'x-forwarded-host': request.host,
    'x-request-id': request.ids.requestId,
    traceparent: traceparentOf(given['traceparent'], request.ids),
    [deadlineHeader]: String(Math.max(0, Math.floor(remainingMs))),
  };
};

/** Without those that speak of the connection, and those that `Connection` names. */
export const withoutConnection = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ofTheConnection.includes(name) && !named.includes(name)) kept[name] = value;
  }
  return kept;
};
