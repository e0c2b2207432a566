import type { RouteDefinition } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cache } from '../cache/port.ts';
import type { AccessTokens } from './access-token.ts';
import type { Actor } from './call.ts';
import { networkOf } from './network-of.ts';
import { problem } from './problem.ts';
import { takeShare } from './shedding/shed.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** For routes that are not made from a contract's table, such as those that lead to another process. */
    readonly admit: Admit;
  }
  interface FastifyRequest {
    /** Set on admission to routes that are not public. */
    actor?: Actor;
  }
}

export interface RateLimits {
  readonly perAddressPerMinute: number;
  readonly perUserPerMinute: number;
}

interface AdmissionSettings {
  readonly accessTokens: AccessTokens;
  readonly cache: Cache;
  /** Absent behind a gateway, which has counted the request already. */
  readonly rateLimits?: RateLimits | undefined;
}

/**
 * Counts the request against its limit, finds out who asks, and whether their organization has more than its share in
 * flight: throws a problem when one of them says no. Whether they may is for the database to say: see `run-route.ts`.
 */
export type Admit = (access: RouteDefinition['access'], request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export const admission = ({ accessTokens, cache, rateLimits }: AdmissionSettings): Admit => {
  return async (access, request, reply) => {
    if (access === 'public' || access === 'kiosk') {
      await takeFrom(cache, reply, `address:${networkOf(request.ip)}`, rateLimits?.perAddressPerMinute);
      return;
    }
    const actor = await authenticate(accessTokens, request);
    takeShare(request, actor.orgId);
    await takeFrom(cache, reply, `user:${actor.userId}`, rateLimits?.perUserPerMinute);
    request.actor = actor;
  };
};

const bearerPattern = /^Bearer +([\w.~+/-]+=*)$/i;

const authenticate = async (accessTokens: AccessTokens, request: FastifyRequest): Promise<Actor> => {
  const token = bearerPattern.exec(request.headers.authorization ?? '')?.[1];
  const actor = token === undefined ? null : await accessTokens.verify(token);
  if (actor === null) throw problem('not-signed-in');
  return actor;
};

const takeFrom = async (
  cache: Cache,
  reply: FastifyReply,
  key: string,
  perMinute: number | undefined,
): Promise<void> => {
  if (perMinute === undefined) return;
  const decision = await cache.take(key, perMinute, 60_000);
  const resetSeconds = Math.ceil(decision.resetMs / 1000);
  // draft-ietf-httpapi-ratelimit-headers
  reply.header('RateLimit-Policy', `"minute";q=${perMinute};w=60`);
  reply.header('RateLimit', `"minute";r=${decision.remaining};t=${resetSeconds}`);
  if (!decision.allowed) throw problem('too-many-requests', { retryAfterSeconds: resetSeconds });
};
