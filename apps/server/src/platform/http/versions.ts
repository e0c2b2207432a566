import { createHash } from 'node:crypto';
import type { RouteDefinition } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from './call.ts';
import { Problem, problem } from './problem.ts';

/**
 * Two people edit the same thing: the one who saves second must have seen what the first saved (RFC 9110, 13.1.1). The
 * answer of a versioned route has a `version`, which is its ETag; a write names it in `If-Match`.
 */

/** A version of anything that JSON can say: the same content, the same version. */
export const versionOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 16);

/**
 * The version that a write to a versioned route changes; undefined for all other requests.
 * @throws Problem `version-missing`
 */
export const namedVersion = ({ versioned, method }: RouteDefinition, request: FastifyRequest): string | undefined => {
  if (versioned !== true || method === 'GET') return undefined;
  // A proxy that compresses makes an ETag a weak one.
  const named = /^(?:W\/)?"([\w-]{1,100})"$/.exec(request.headers['if-match'] ?? '')?.[1];
  if (named === undefined) throw problem('version-missing');
  return named;
};

/** @throws Problem `changed-meanwhile` unless it is the version that the caller has seen */
export const requireVersion = ({ ifMatch }: Pick<Call, 'ifMatch'>, current: string): void => {
  if (ifMatch !== current) throw problem('changed-meanwhile');
};

export const tagAnswer = ({ versioned }: RouteDefinition, answer: unknown, reply: FastifyReply): void => {
  if (versioned !== true || answer instanceof Problem) return;
  if (typeof answer === 'object' && answer !== null && 'version' in answer) {
    reply.header('ETag', `"${String(answer.version)}"`);
  }
};
