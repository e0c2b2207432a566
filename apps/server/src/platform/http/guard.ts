import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admit } from './admission.ts';
import { routeOf } from './controller.ts';

/** Nobody reaches a handler without a token that verifies, a role that holds the permission, and a rate within bounds. */
export class AccessGuard implements CanActivate {
  readonly #admit: Admit;

  constructor(admit: Admit) {
    this.#admit = admit;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    await this.#admit(routeOf(context.getHandler()).access, request, reply);
    return true;
  }
}
