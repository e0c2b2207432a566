import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessTokens } from './access-token.ts';
import type { Admit } from './admission.ts';
import { routeOf } from './controller.ts';
import { problem } from './problem.ts';

/**
 * Nobody gets past without a token that verifies, a rate within bounds, and, where the contract asks for a step-up, having shown lately that it is them.
 */
export class AccessGuard implements CanActivate {
  readonly #admit: Admit;
  readonly #accessTokens: Pick<AccessTokens, 'hasProvedLately'>;

  constructor(admit: Admit, accessTokens: Pick<AccessTokens, 'hasProvedLately'>) {
    this.#admit = admit;
    this.#accessTokens = accessTokens;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const route = routeOf(context.getHandler());
    await this.#admit(route.access, request, reply);
    if (route.stepUp === true && !(request.actor && (await this.#accessTokens.hasProvedLately(request.actor)))) {
      throw problem('step-up-required');
    }
    return true;
  }
}
