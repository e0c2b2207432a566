import type { PhoneClient } from '@muster/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { Problem } from '../../platform/http/problem.ts';
import { takeShare } from '../../platform/http/shedding/shed.ts';
import type { Telemetry } from '../../platform/telemetry/telemetry.ts';
import { type ClientRequest, clientFormats, type Outcome, presentedSecret } from './clients/index.ts';
import { accept } from './ingest/accept.ts';
import type { AuthenticatePhone, PhoneIdentity } from './ingest/authenticate.ts';
import type { Quarantine } from './ingest/quarantine.ts';
import type { IngestQueue } from './ingest/queue.ts';

const maxBodyBytes = 2 * 1024 * 1024;
const clientNames = Object.keys(clientFormats) as PhoneClient[];
const noBody = Buffer.alloc(0);

export interface SurfaceDependencies {
  readonly authenticate: AuthenticatePhone;
  readonly queue: Pick<IngestQueue, 'submit'>;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Pick<Telemetry['log'], 'error'>;
}

/**
 * What phone apps talk to: `/clients/<client>/<secret>`, or `/clients/<client>` with the app's own way of
 * authentication. They take any content type and answer what each app tests for. A real path holds a secret: only
 * route patterns may be logged.
 */
export const phoneSurface =
  (deps: SurfaceDependencies) =>
  async (server: FastifyInstance): Promise<void> => {
    // A scope of its own: body parsers and error answers here are the apps', not the API's.
    await server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => {
        done(null, body);
      });
      for (const client of clientNames) addClient(scope, client, deps);
    });
  };

function addClient(scope: FastifyInstance, client: PhoneClient, deps: SurfaceDependencies): void {
  const recognised = new WeakMap<FastifyRequest, { identity: PhoneIdentity; contentType: string }>();
  const answer = (reply: FastifyReply, outcome: Outcome, retryAfterSeconds?: number) =>
    send(reply, client, outcome, retryAfterSeconds);

  for (const url of [`/clients/${client}`, `/clients/${client}/:secret`, `/clients/${client}/:secret/*`]) {
    scope.route({
      method: ['GET', 'POST'],
      url,
      bodyLimit: maxBodyBytes,
      // Before the body is read: strangers do not get to send two megabytes.
      onRequest: async (request, reply) => {
        const presented = presentedSecret(toClientRequest(request), clientFormats[client].authentication);
        const verdict = presented === null ? 'unknown' : await deps.authenticate(client, presented.secret, request.ip);
        if (verdict === 'unknown') return answer(reply, 'wrong-credentials');
        if (verdict === 'too-many-tries') return answer(reply, 'busy', 60);
        // What it throws is told to phones as `busy`: some apps throw a message away on any 4xx.
        takeShare(request, verdict.orgId);
        // Members type content types into their apps: one that cannot be parsed must not keep a message from coming in.
        recognised.set(request, { identity: verdict, contentType: request.headers['content-type'] ?? '' });
        request.raw.headers['content-type'] = 'application/octet-stream';
        return undefined;
      },
      handler: async (request, reply) => {
        const phone = recognised.get(request);
        if (phone === undefined) return answer(reply, 'wrong-credentials');
        await take(deps, client, phone.identity, { ...toClientRequest(request), contentType: phone.contentType });
        return answer(reply, 'taken');
      },
      errorHandler: (error, _request, reply) => {
        const isTooLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
        const retryAfterSeconds = error instanceof Problem ? error.details.retryAfterSeconds : undefined;
        if (!isTooLarge && !(error instanceof Problem)) {
          deps.log.error({ err: error, client }, 'a phone message could not be stored');
        }
        void answer(reply, isTooLarge ? 'too-large' : 'busy', retryAfterSeconds);
      },
    });
  }
}

/** Stores what can be used and puts the rest aside; resolves when both are durable. */
async function take(
  deps: SurfaceDependencies,
  client: PhoneClient,
  identity: PhoneIdentity,
  request: ClientRequest,
): Promise<void> {
  const decoded = clientFormats[client].decode(request);
  const { fixes, putAside } = accept(decoded.fixes, deps.clock.now().getTime());
  if (fixes.length > 0) await deps.queue.submit(identity.orgId, { ...identity, fixes });
  await deps.quarantine({ ...identity, client }, [...decoded.unusable, ...putAside]);
}

function toClientRequest(request: FastifyRequest): ClientRequest {
  const { method, url, headers, body } = request;
  return {
    method,
    path: url.split('?', 1)[0] ?? '',
    query: request.query as ClientRequest['query'],
    headers,
    contentType: headers['content-type'] ?? '',
    body: Buffer.isBuffer(body) ? body : noBody,
  };
}

function send(reply: FastifyReply, client: PhoneClient, outcome: Outcome, retryAfterSeconds?: number): FastifyReply {
  const { status, headers, body } = clientFormats[client].reply(outcome, retryAfterSeconds);
  reply.status(status).headers(headers);
  // An empty body gets no content type, which Fastify would give to an empty string.
  return body === '' ? reply.send() : reply.send(Buffer.from(body));
}
