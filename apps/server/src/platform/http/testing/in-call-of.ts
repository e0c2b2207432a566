import type { RouteDefinition } from '@muster/contracts';
import type { Database, Tx } from '../../database/port.ts';
import { uuidv7 } from '../../ids.ts';
import { actingOf, callOf, requireStanding } from '../acting.ts';
import type { Actor, Call } from '../call.ts';

/**
 * A transaction and a call as the server makes them for a user: what they hold, and whom they reach, is the database's
 * to say, whatever role the test claims.
 */
export const inCallOf = <T>(
  database: Database,
  route: RouteDefinition,
  caller: Pick<Actor, 'orgId' | 'userId' | 'role'> & Partial<Actor>,
  at: Date,
  work: (tx: Tx, call: Call) => Promise<T>,
): Promise<T> => {
  const actor = { sessionId: uuidv7(), deviceId: uuidv7(), ...caller };
  const openCall = {
    requestId: 'request-1',
    traceId: '0'.repeat(32),
    ipAddress: '192.0.2.7',
    userAgent: 'test',
    at,
  };
  const acting = actingOf(route, actor);
  return database.asUser(route.service, acting, async (tx, standing) =>
    work(tx, callOf(openCall, actor, requireStanding(acting, standing))),
  );
};
