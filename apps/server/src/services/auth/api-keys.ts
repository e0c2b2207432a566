import { randomBytes } from 'node:crypto';
import { type ApiKey, type apiKeyRoutes, type Permission, tiesOf } from '@muster/contracts';
import { appendAudit, type Json } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import { apiKeyOf, hashOfApiKey } from '../../platform/http/api-keys.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import * as store from './api-key-store.ts';
import type { AuthPorts } from './ports.ts';

type Routes = typeof apiKeyRoutes;
type KeyPorts = Pick<AuthPorts, 'clock'>;

const dayMs = 24 * 60 * 60_000;

export const listApiKeys: Verb<Routes['listApiKeys']> = async (tx) => ({
  items: (await store.listApiKeys(tx)).map(answerOf),
});

/**
 * What whoever makes it does not hold by the role is not given on; what they lose later, the key loses in the same
 * moment, because it is looked up as theirs.
 */
export const makeApiKey =
  ({ clock }: KeyPorts): Verb<Routes['makeApiKey']> =>
  async (tx, { body }, call) => {
    const { orgId, userId, role, homeOrgId } = call.actor;
    if (homeOrgId !== undefined) {
      throw problem('not-permitted', { detail: 'A key acts for an account of this organization: let one make it.' });
    }
    const lacking = body.permissions.filter((code) => tiesOf(role, code).length === 0);
    if (lacking.length > 0) {
      throw problem('not-permitted', { detail: `You do not hold ${lacking.join(', ')} yourself.` });
    }
    const key = apiKeyOf(orgId, randomBytes(32));
    const madeAt = clock.now();
    const made = {
      orgId,
      keyId: uuidv7(),
      userId,
      name: body.name,
      keyHash: hashOfApiKey(key),
      permissions: [...new Set<Permission>(body.permissions)],
      madeAt,
      expiresAt: new Date(madeAt.getTime() + body.validDays * dayMs),
    };
    await store.insertApiKey(tx, made);
    const { name, permissions, expiresAt } = made;
    await log(tx, clock, call, 'auth.api-key-made', made.keyId, {
      name,
      permissions,
      expiresAt: expiresAt.toISOString(),
    });
    const [stored] = await store.listApiKeys(tx, made.keyId);
    if (stored === undefined) throw new Error('A key that was just made is not there.');
    return { key, apiKey: answerOf(stored) };
  };

export const revokeApiKey =
  ({ clock }: KeyPorts): Verb<Routes['revokeApiKey']> =>
  async (tx, { params }, call) => {
    const outcome = await store.revokeApiKey(tx, params.keyId, clock.now());
    if (outcome === 'unknown') throw problem('not-found');
    if (outcome === 'revoked-now') await log(tx, clock, call, 'auth.api-key-revoked', params.keyId, {});
    return null;
  };

const answerOf = ({ madeAt, expiresAt, revokedAt, ...key }: store.StoredApiKey): ApiKey => ({
  ...key,
  madeAt: madeAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  revokedAt: revokedAt?.toISOString() ?? null,
});

const log = (
  tx: Tx,
  clock: AuthPorts['clock'],
  { actor, requestId }: Call,
  action: string,
  keyId: string,
  detail: Json,
): Promise<void> => {
  const { userId, role } = actor;
  const object = { kind: 'api-key', id: keyId };
  return appendAudit(tx, { actor: { kind: 'user', userId, role }, action, object, requestId, detail }, clock);
};
