import type { RouteDefinition } from '@muster/contracts';
import type { FastifyRequest } from 'fastify';
import type { Acting, Standing } from '../database/port.ts';
import { isUuid } from '../ids.ts';
import type { Actor, Call, OpenCall } from './call.ts';
import { problem } from './problem.ts';

/** The organization in which an account of the platform wants to act. */
const organizationHeader = 'muster-organization';

/**
 * Who asks, in the organization in which they act. An account of the platform may name another one than its own; what
 * only needs to be signed in is about the own account, wherever it is asked from.
 * @throws Problem `not-permitted` for everybody else who names one, and for a program whose key is not for this
 */
export const actorOf = ({ operation, access, aboutOrganization }: RouteDefinition, request: FastifyRequest): Actor => {
  const { actor } = request;
  if (actor === undefined) throw new Error(`${operation} has no actor: its access must not be public.`);
  if (!mayUse(actor, access)) throw problem('not-permitted', { detail: 'This key is not for that.' });
  const named = request.headers[organizationHeader];
  if (named === undefined) return actor;
  if (!actor.role.startsWith('platform_'))
    throw problem('not-permitted', { detail: 'You act in your own organization.' });
  if (typeof named !== 'string' || !isUuid(named)) {
    throw problem('request-invalid', { fields: [{ path: 'header.Muster-Organization', message: 'is not an id' }] });
  }
  const isElsewhere = (typeof access === 'object' || aboutOrganization === true) && named.toLowerCase() !== actor.orgId;
  return isElsewhere ? { ...actor, orgId: named.toLowerCase(), homeOrgId: actor.orgId } : actor;
};

/** Programs do what their key names, and nothing of what is for people alone: passwords, sessions, inboxes. */
const mayUse = ({ permitted }: Actor, access: RouteDefinition['access']): boolean =>
  permitted === undefined || (typeof access === 'object' && permitted.includes(access.permission));

/** What the database needs to know of it. */
export const actingOf = ({ access }: RouteDefinition, { userId, orgId, homeOrgId = orgId }: Actor): Acting => ({
  userId,
  orgId,
  homeOrgId,
  permission: typeof access === 'object' ? access.permission : orgId === homeOrgId ? null : 'organizations.see',
});

/**
 * What somebody holds, where it is enough for the route.
 * @throws Problem `session-ended` when the account is not active, `not-permitted` when it does not hold the permission
 */
export const requireStanding = ({ permission }: Acting, standing: Standing | null): Standing => {
  if (standing === null) throw problem('session-ended');
  if (permission !== null && standing.ties.length === 0) throw problem('not-permitted');
  return standing;
};

/** The call of somebody whom the database lets through, in the role that they have now. */
export const callOf = (openCall: OpenCall, actor: Actor, { role, ties }: Standing): Call => ({
  ...openCall,
  actor: { ...actor, role },
  ties,
});
