import { createHash } from 'node:crypto';
import { permissionCodes, type Permission, type Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/port.ts';
import { bytesOfUuid, uuidOfBytes } from '../uuid-bytes.ts';
import type { Actor } from './call.ts';

/** Says what it is, so that it is found where it should not be; no JSON Web Token begins so. */
export const apiKeyPrefix = 'muster_';
const keyPattern = /^muster_[A-Za-z0-9_-]{64}$/;

/** What the database keeps of a key. */
export const hashOfApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** base64url of the organization (16 bytes), by which the hash is found, and of 32 random bytes. */
export const apiKeyOf = (orgId: string, secret: Uint8Array): string => {
  return apiKeyPrefix + Buffer.concat([bytesOfUuid(orgId), secret]).toString('base64url');
};

const organizationOf = (key: string): string | null => {
  if (!keyPattern.test(key)) return null;
  return uuidOfBytes(Buffer.from(key.slice(apiKeyPrefix.length), 'base64url'), 0);
};

export type KeyHolder = Actor & { readonly expiresAt: Date };

/** How old what this process knows of a key may be. */
const freshMs = 1_000;
const rememberedKeys = 1_000;

/** Verifies the keys of programs against PostgreSQL, asking once a second for one that is in use. */
export class ApiKeys {
  readonly #ports: { readonly database: Database; readonly clock: Clock };
  readonly #known = new Map<string, { readonly holder: Promise<KeyHolder | null>; readonly askedAtMs: number }>();

  constructor(ports: { readonly database: Database; readonly clock: Clock }) {
    this.#ports = ports;
  }

  /** For whom the key acts; null when it is none, was revoked or has expired, or its maker is not active. */
  async verify(key: string): Promise<KeyHolder | null> {
    const orgId = organizationOf(key);
    if (orgId === null) return null;
    const now = this.#ports.clock.now();
    const holder = await this.#find(key, orgId, now.getTime());
    return holder !== null && holder.expiresAt > now ? holder : null;
  }

  #find(key: string, orgId: string, nowMs: number): Promise<KeyHolder | null> {
    const known = this.#known.get(key);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : nowMs - known.askedAtMs;
    if (known !== undefined && ageMs >= 0 && ageMs < freshMs) return known.holder;
    const holder = this.#ask(key, orgId);
    this.#known.delete(key);
    this.#known.set(key, { holder, askedAtMs: nowMs });
    // Nobody is let in by an answer that never came.
    holder.catch(() => this.#known.delete(key));
    if (this.#known.size > rememberedKeys) {
      const oldest = this.#known.keys().next();
      if (oldest.done !== true) this.#known.delete(oldest.value);
    }
    return holder;
  }

  #ask(key: string, orgId: string): Promise<KeyHolder | null> {
    return this.#ports.database.inOrganization('gateway', orgId, async (tx) => {
      const { rows } = await sql<{ keyId: string; userId: string; role: Role; permissions: string[]; expiresAt: Date }>`
        SELECT key_id AS "keyId", user_id AS "userId", role, permissions, expires_at AS "expiresAt"
        FROM published.api_key JOIN published.account USING (org_id, user_id)
        WHERE key_hash = ${hashOfApiKey(key)} AND revoked_at IS NULL AND status = 'active'`.execute(tx);
      const [row] = rows;
      if (row === undefined) return null;
      const { keyId, userId, role, permissions, expiresAt } = row;
      const permitted = permissions.filter(isPermission);
      return { userId, orgId, role, sessionId: keyId, deviceId: keyId, permitted, expiresAt };
    });
  }
}

/** One of an older version may be none any more. */
const isPermission = (code: string): code is Permission => (permissionCodes as readonly string[]).includes(code);
