import type { z } from 'zod';
import type { Permission } from './access.ts';
import type { ProblemCode } from './problems.ts';

export const serviceNames = [
  'gateway',
  'auth',
  'users',
  'attendance',
  'geo',
  'notifications',
  'reports',
  'fraud',
  'audit',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * Who may call a route: everyone (`public`), every signed-in user, holders of a permission, or a caller that brings
 * its own secret (`kiosk`: the header `Authorization: Kiosk <secret>`).
 */
export type Access = 'public' | 'signed-in' | 'kiosk' | { readonly permission: Permission };

export interface RouteDefinition {
  /** camelCase, unique over all services; the operationId of the OpenAPI document. */
  readonly operation: string;
  readonly service: ServiceName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly access: Access;
  /**
   * What only needs to be signed in is about the own account, but for this: it is about the organization, and nothing in
   * it about anybody. An account of the platform that acts elsewhere needs `organizations.see` for it.
   */
  readonly aboutOrganization?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Null means 204 without a body. */
  readonly answer: z.ZodType | null;
  readonly status?: 200 | 201 | 202 | 204;
  /**
   * `key`: needs an Idempotency-Key, and the same key gives the same answer once more. `natural`: repeating it changes
   * nothing (reads, and writes that carry their own identity).
   */
  readonly idempotency: 'key' | 'natural';
  /**
   * The answer shows a secret, once: only that it was given is remembered with the key, and a repeat answers
   * `conflict` instead of showing it again.
   */
  readonly secretAnswer?: true;
  /**
   * Only for who has shown within the last minutes that it is them (password, code or passkey: `stepUp`); everybody else
   * is answered `step-up-required`, shows it, and repeats the request.
   */
  readonly stepUp?: true;
  /**
   * A read whose answer may lack what was written in the last seconds (where reads are served by a replica), except the
   * caller's own writes if it names them: see `Muster-Read-After` in the OpenAPI document.
   */
  readonly mayLag?: true;
  /**
   * The answer has a `version` and carries it as its ETag; a write must name in `If-Match` the version it changes, and is
   * refused (`changed-meanwhile`) when somebody was faster.
   */
  readonly versioned?: true;
  /** The body is a file, sent as it is: its handler reads it as a stream. Larger ones are refused before they are read. */
  readonly upload?: { readonly maxBytes: number };
  /** The problems of its own; those that every route can answer (401, 403, 429, …) go without saying. */
  readonly problems?: readonly ProblemCode[];
}

/** Declares a route; the literal types are kept, so that server and web infer their shapes from it. */
export const route = <const Definition extends RouteDefinition>(definition: Definition): Definition => definition;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

/** What a handler receives: parsed and validated. */
export interface RouteInput<R extends RouteDefinition> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
}
/** What a caller sends. */
export interface RouteRequest<R extends RouteDefinition> {
  readonly params: Given<R['params']>;
  readonly query: Given<R['query']>;
  readonly body: Given<R['body']>;
}
export type RouteAnswer<R extends RouteDefinition> = R['answer'] extends z.ZodType ? z.infer<R['answer']> : null;
