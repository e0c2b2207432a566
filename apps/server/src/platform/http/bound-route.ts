import type { RouteDefinition } from '@muster/contracts';
import type { OpenHandler, Reading, SignedInHandler, Verb } from './call.ts';

/** A contract's route together with what answers it. `serve.ts` knows how each mode runs. */
export interface BoundRoute {
  readonly route: RouteDefinition;
  readonly mode: 'verb' | 'reading' | 'open' | 'signed-in';
  // Inside the table the types of input and answer are no longer known; `verb` and `open` have checked them.
  readonly handler: Verb<never> | Reading<never> | OpenHandler<never> | SignedInHandler<never>;
}

const bind = (mode: BoundRoute['mode'], route: RouteDefinition, handler: unknown): BoundRoute => {
  // The answer is remembered in the verb's transaction; the other modes have none.
  if (mode !== 'verb' && route.idempotency === 'key') throw new Error(`${route.operation} has to be a verb.`);
  if (mode === 'reading' && (route.method !== 'GET' || route.mayLag !== true)) {
    throw new Error(`${route.operation} has to be a GET whose contract says that its answer may lag.`);
  }
  return { route, mode, handler: handler as BoundRoute['handler'] };
};

/** Runs in one transaction of the actor's organization, with permission, validation and idempotency around it. */
export const verb = <R extends RouteDefinition>(route: R, handler: Verb<R>): BoundRoute => bind('verb', route, handler);

/**
 * As a verb, but only reads, and where there is a replica it may be the one that is read: the answer may lack what was
 * committed in the last seconds, except what `Muster-Read-After` names.
 *
 * The rule for who may be bound so: whatever decides what the caller may see was asked of the primary within the last
 * second, and is not in the rows that are read. So: routes for roles that see the whole organization, and rows
 * of the caller's own. Whoever asks for reach or for access to a location is a verb; so is a single thing by its id,
 * which a client that just made it would be told does not exist.
 */
export const reading = <R extends RouteDefinition>(route: R, handler: Reading<R>): BoundRoute =>
  bind('reading', route, handler);

/** Validated, but without an actor and without a transaction of its own. */
export const open = <R extends RouteDefinition>(route: R, handler: OpenHandler<R>): BoundRoute =>
  bind('open', route, handler);

/** With actor, permission and validation, but without a transaction of its own. */
export const signedIn = <R extends RouteDefinition>(route: R, handler: SignedInHandler<R>): BoundRoute =>
  bind('signed-in', route, handler);
