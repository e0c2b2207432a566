import { type RouteDefinition, tiesOf } from '@muster/contracts';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cache } from '../cache/port.ts';
import type { AccessTokens } from './access-token.ts';
import type { Actor } from './call.ts';
import { routeOf } from './controller.ts';
import { problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on routes that are not public. */
    actor?: Actor;
  }
}

export interface RateLimits {
  readonly perAddressPerMinute: number;
  readonly perUserPerMinute: number;
}

const bearerPattern = /^Bearer +([\w.~+/-]+=*)$/i;

/** Nobody reaches a handler without a token that verifies, a role that holds the permission, and a rate within bounds. */
export class AccessGuard implements CanActivate {
  readonly #accessTokens: AccessTokens;
  readonly #cache: Cache;
  readonly #limits: RateLimits;

  constructor(accessTokens: AccessTokens, cache: Cache, limits: RateLimits) {
    this.#accessTokens = accessTokens;
    this.#cache = cache;
    this.#limits = limits;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { access } = routeOf(context.getHandler());
    if (access === 'public' || access === 'kiosk') {
      await this.#limit(reply, `address:${request.ip}`, this.#limits.perAddressPerMinute);
      return true;
    }
    const actor = await this.#authenticate(request);
    await this.#limit(reply, `user:${actor.userId}`, this.#limits.perUserPerMinute);
    if (!isPermitted(access, actor)) throw problem('not-permitted');
    request.actor = actor;
    return true;
  }

  async #authenticate(request: FastifyRequest): Promise<Actor> {
    const token = bearerPattern.exec(request.headers.authorization ?? '')?.[1];
    const actor = token === undefined ? null : await this.#accessTokens.verify(token);
    if (actor === null) throw problem('not-signed-in');
    return actor;
  }

  async #limit(reply: FastifyReply, key: string, perMinute: number): Promise<void> {
    const decision = await this.#cache.take(key, perMinute, 60_000);
    const resetSeconds = Math.ceil(decision.resetMs / 1000);
    // draft-ietf-httpapi-ratelimit-headers
    reply.header('RateLimit-Policy', `"minute";q=${perMinute};w=60`);
    reply.header('RateLimit', `"minute";r=${decision.remaining};t=${resetSeconds}`);
    if (!decision.allowed) throw problem('too-many-requests', { retryAfterSeconds: resetSeconds });
  }
}

const isPermitted = (access: RouteDefinition['access'], actor: Actor): boolean =>
  typeof access === 'string' || tiesOf(actor.role, access.permission).length > 0;
