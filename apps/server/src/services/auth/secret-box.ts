import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/port.ts';

interface BoxKey {
  readonly id: string;
  readonly key: Buffer;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts what has to be read again (secrets of authenticator apps), with AES-256-GCM: `<key id>.<base64url of nonce,
 * ciphertext, tag>`. What is sealed for one `context` opens for no other, so a row copied to another user is useless.
 *
 * The keys are those of the configuration: the first one seals, the others still open, so that a key is replaced by
 * putting a new one in front. Where none is configured, Muster makes one and keeps it in the database, in a table that
 * only the role of auth can read: that protects a dump of single tables, and what is read through another service, but
 * not a copy of the whole database.
 */
export class SecretBox {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #configured: readonly BoxKey[];
  #stored: Promise<readonly BoxKey[]> | undefined;

  /** `keys`: 32 bytes each. */
  constructor(database: Database, clock: Clock, keys: readonly Uint8Array[] = []) {
    this.#database = database;
    this.#clock = clock;
    this.#configured = keys.map((key) => named(Buffer.from(key)));
  }

  async seal(text: string, context: string): Promise<string> {
    const { id, key } = this.#configured[0] ?? (await this.#madeKey());
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${id}.${sealed.toString('base64url')}`;
  }

  /** @throws Error when the key is gone, or what was sealed has been changed or belongs to another context. */
  async open(sealed: string, context: string): Promise<string> {
    const [id = '', text = ''] = sealed.split('.');
    const key = await this.#find(id);
    if (key === undefined) throw new Error(`The key ${id} that sealed this is neither configured nor stored.`);
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  }

  /**
   * Keyed hashes (HMAC-SHA-256) of a text that is too short for a plain one, by each of the keys: the first one is to be
   * kept, any of them is to be found again. The same text gives another hash in another `context`.
   */
  async macs(text: string, context: string): Promise<[Buffer, ...Buffer[]]> {
    const [first = await this.#madeKey(), ...others] =
      this.#configured.length > 0 ? this.#configured : await this.#readStored();
    const mac = ({ key }: BoxKey) =>
      createHmac('sha256', Buffer.from(hkdfSync('sha256', key, '', context, 32)))
        .update(text)
        .digest();
    return [mac(first), ...others.map(mac)];
  }

  async #find(id: string): Promise<Buffer | undefined> {
    const known = this.#configured.find((key) => key.id === id);
    return (known ?? (await this.#readStored()).find((key) => key.id === id))?.key;
  }

  async #madeKey(): Promise<BoxKey> {
    const [first] = await this.#readStored();
    if (first !== undefined) return first;
    // Another process may make one in the same moment: the lock lets one go first, and all read what stands then.
    await this.#database.acrossOrganizations('auth', async (tx) => {
      await sql`SELECT pg_advisory_xact_lock(hashtextextended('auth.sealing_key', 0))`.execute(tx);
      const { id, key } = named(randomBytes(32));
      await sql`
        INSERT INTO auth.sealing_key (id, key, made_at)
        SELECT ${id}, ${key}, ${this.#clock.now()} WHERE NOT EXISTS (SELECT FROM auth.sealing_key)`.execute(tx);
    });
    this.#stored = undefined;
    const [made] = await this.#readStored();
    if (made === undefined) throw new Error('There is no key to seal with.');
    return made;
  }

  #readStored(): Promise<readonly BoxKey[]> {
    this.#stored ??= this.#database
      .acrossOrganizations('auth', async (tx) => {
        const { rows } = await sql<BoxKey>`SELECT id, key FROM auth.sealing_key ORDER BY made_at, id`.execute(tx);
        return rows;
      })
      .catch((error: unknown) => {
        this.#stored = undefined;
        throw error;
      });
    return this.#stored;
  }
}

/** The name of a key follows from the key, and says nothing about it. */
const named = (key: Buffer): BoxKey => {
  if (key.length !== 32) throw new Error('A key to seal with has 32 bytes.');
  return { id: createHash('sha256').update('muster sealing key').update(key).digest('base64url').slice(0, 8), key };
};
