import { lookup as resolve } from 'node:dns';
import { request as requestOverHttp } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-addresses.ts';

/** What an address that somebody has entered may lead to: nothing in the networks that only we can reach. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

export interface OutgoingRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | null | undefined;
}

const deadlineMs = 10_000;
const largestAnswerBytes = 1024 * 1024;

/**
 * Calls addresses that users have entered (identity providers, webhooks), and only such as lead to the public internet:
 * a name is resolved once, the address is checked and connected to as it is, and redirects are not followed, so that
 * neither a name that changes nor a server that sends us on leads into our own network (OWASP SSRF prevention).
 * @param privateHosts names and addresses that may be in the own network, because whoever runs Muster says so; they alone
 *   may be called over plain HTTP
 * @throws ForbiddenAddress; Error when there is no answer in time, or too long a one
 */
export const publicFetch =
  (privateHosts: ReadonlySet<string>) =>
  async (address: string | URL, request: OutgoingRequest = {}): Promise<Response> => {
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isTrusted = privateHosts.has(host);
    if (url.username !== '' || url.password !== '') throw new ForbiddenAddress('an address with credentials');
    if (url.protocol !== 'https:' && !(isTrusted && url.protocol === 'http:')) {
      throw new ForbiddenAddress(`${url.protocol} is not called`);
    }
    // Node resolves no name where there is none, and asks nobody then.
    if (isIP(host) !== 0 && !isTrusted && !isPublicAddress(host)) throw forbidden(host);
    return call(url, request, isTrusted ? resolve : lookupPublic);
  };

const forbidden = (host: string): ForbiddenAddress => new ForbiddenAddress(`${host} is not on the public internet`);

const lookupPublic: LookupFunction = (host, options, done) => {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 4);
    // One that is not public among others is no mistake.
    if (!addresses.every(({ address }) => isPublicAddress(address))) return done(forbidden(host), '', 4);
    if (options.all === true) return done(null, addresses);
    const [first] = addresses;
    return first === undefined ? done(forbidden(host), '', 4) : done(null, first.address, first.family);
  });
};

const call = (url: URL, { method = 'GET', headers = {}, body }: OutgoingRequest, lookup: LookupFunction) =>
  new Promise<Response>((resolvePromise, reject) => {
    const start = url.protocol === 'https:' ? requestOverHttps : requestOverHttp;
    const length = body === undefined || body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = start(url, {
      method,
      headers: { ...headers, ...length },
      lookup: lookup as never,
      signal: AbortSignal.timeout(deadlineMs),
      // A connection that is kept would skip the check.
      agent: false,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.once('error', reject);
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > largestAnswerBytes) return void incoming.destroy(new Error('the answer is too long'));
        chunks.push(chunk);
      });
      incoming.once('end', () => {
        const status = incoming.statusCode ?? 502;
        const given = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, [value].flat().join(', ')]],
        );
        const hasBody = status !== 204 && status !== 304 && method !== 'HEAD';
        resolvePromise(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: given }));
      });
    });
    outgoing.end(body ?? undefined);
  });
