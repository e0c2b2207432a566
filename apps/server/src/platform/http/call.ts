import type { Permission, Role, RouteAnswer, RouteDefinition, RouteInput, Tie } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../database/port.ts';
import type { Problem } from './problem.ts';

/** Who is asking, as the verified access token says; in a call, with the role that they have at this moment. */
export interface Actor {
  readonly userId: string;
  /** The organization in which they act: their own, but for accounts of the platform. */
  readonly orgId: string;
  /** Of an account of the platform that acts inside another organization: its own. */
  readonly homeOrgId?: string;
  readonly role: Role;
  /** A program with a key of theirs: the permissions it may use, and nothing else. Absent: they themselves. */
  readonly permitted?: readonly Permission[];
  /** The sign-in this token belongs to; of a program, its key. */
  readonly sessionId: string;
  readonly deviceId: string;
}

/** What every handler knows about a request besides its input. */
export interface OpenCall {
  readonly requestId: string;
  readonly traceId: string;
  readonly ipAddress: string;
  readonly userAgent: string;
  /** The moment the request arrived, by the server's clock. */
  readonly at: Date;
  /** Of a write to a versioned route: the version that the caller has seen. */
  readonly ifMatch?: string | undefined;
}

export interface Call extends OpenCall {
  readonly actor: Actor;
  /** The ties through which the actor holds the permission that the route asks for. */
  readonly ties: readonly Tie[];
}

/**
 * A use case: it runs in one transaction of the actor's organization, as its service's role. What it returns is
 * answered after the commit. It *throws* a `Problem` to undo everything, and *returns* one to answer with a problem
 * while keeping what it wrote (a refused punch is a fact, too).
 */
export type Verb<R extends RouteDefinition> = (
  tx: Tx,
  input: RouteInput<R>,
  call: Call,
) => Promise<RouteAnswer<R> | Problem>;

/**
 * A use case that reads what may be some seconds old. It does not know the ties of its caller, so it cannot ask who is
 * within reach: see `reading` in bound-route.ts.
 */
export type Reading<R extends RouteDefinition> = (
  tx: Tx,
  input: RouteInput<R>,
  call: Omit<Call, 'ties'>,
) => Promise<RouteAnswer<R> | Problem>;

/** For the few routes that have no actor, or that manage their transactions themselves. */
export type OpenHandler<R extends RouteDefinition> = (
  input: RouteInput<R>,
  call: OpenCall & { readonly request: FastifyRequest; readonly reply: FastifyReply },
) => Promise<RouteAnswer<R> | Problem>;
export type SignedInHandler<R extends RouteDefinition> = (
  input: RouteInput<R>,
  call: Call & { readonly request: FastifyRequest; readonly reply: FastifyReply },
) => Promise<RouteAnswer<R> | Problem>;
