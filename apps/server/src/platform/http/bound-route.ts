import type { RouteDefinition } from '@muster/contracts';
import type { OpenHandler, SignedInHandler, Verb } from './call.ts';

/** A contract's route together with what answers it. `serve.ts` knows how each mode runs. */
export interface BoundRoute {
  readonly route: RouteDefinition;
  readonly mode: 'verb' | 'open' | 'signed-in';
  // Inside the table the types of input and answer are no longer known; `verb` and `open` have checked them.
  readonly handler: Verb<never> | OpenHandler<never> | SignedInHandler<never>;
}

const bind = (mode: BoundRoute['mode'], route: RouteDefinition, handler: unknown): BoundRoute => {
  // The answer is remembered in the verb's transaction; the other modes have none.
  if (mode !== 'verb' && route.idempotency === 'key') throw new Error(`${route.operation} has to be a verb.`);
  return { route, mode, handler: handler as BoundRoute['handler'] };
};

/** Runs in one transaction of the actor's organization, with permission, validation and idempotency around it. */
export const verb = <R extends RouteDefinition>(route: R, handler: Verb<R>): BoundRoute => bind('verb', route, handler);

/** Validated, but without an actor and without a transaction of its own. */
export const open = <R extends RouteDefinition>(route: R, handler: OpenHandler<R>): BoundRoute =>
  bind('open', route, handler);

/** With actor, permission and validation, but without a transaction of its own. */
export const signedIn = <R extends RouteDefinition>(route: R, handler: SignedInHandler<R>): BoundRoute =>
  bind('signed-in', route, handler);
