import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/port.ts';
import { insertKey, lockKeys, readKeys, retireKeys, type StoredKey } from './key-store.ts';
import { planKeys } from './rules/key-plan.ts';

export interface SigningKey {
  readonly kid: string;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
}

/** How long one look at the table holds; a key's rotation is a matter of days. */
const holdsMs = 10 * 60_000;

/**
 * The Ed25519 keys of this deployment. The first is made when it is first needed, a new one every 90 days, without
 * anybody's doing; tokens of the one before stay valid. The private halves are in a table that only the role of
 * auth can read.
 */
export class SigningKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  #held: { keys: StoredKey[]; signing: SigningKey; untilMs: number } | undefined;
  #loading: Promise<void> | undefined;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** The key that signs now. */
  async signing(): Promise<SigningKey> {
    return (await this.#current()).signing;
  }

  /** What verifies: the signing key and those before it whose tokens may still be valid. */
  async publicKeys(): Promise<JWK[]> {
    return (await this.#current()).keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'EdDSA' }));
  }

  async #current() {
    while (this.#held === undefined || this.#clock.now().getTime() >= this.#held.untilMs) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined;
      });
      await this.#loading;
    }
    return this.#held;
  }

  async #load(): Promise<void> {
    const now = this.#clock.now();
    const planned = await this.#database.acrossOrganizations('auth', (tx) => rotate(tx, now));
    const key = await importJWK(planned.signing.privateJwk, 'EdDSA');
    this.#held = {
      keys: planned.keys,
      signing: { kid: planned.signing.kid, key },
      untilMs: now.getTime() + holdsMs,
    };
  }
}

/** Reads the keys and, when the plan asks for it, makes one and retires others. */
const rotate = async (tx: Tx, now: Date): Promise<{ keys: StoredKey[]; signing: StoredKey }> => {
  let keys = await readKeys(tx);
  let plan = planOf(keys, now);
  if (plan.signing === null || plan.retire.length > 0) {
    await lockKeys(tx);
    keys = await readKeys(tx);
    plan = planOf(keys, now);
  }
  if (plan.retire.length > 0) {
    await retireKeys(tx, plan.retire, now);
    keys = keys.filter(({ kid }) => !plan.retire.includes(kid));
  }
  const signing = keys.find(({ kid }) => kid === plan.signing);
  if (signing !== undefined) return { keys, signing };
  const made = await makeKey(now);
  await insertKey(tx, made);
  await appendAudit(tx, {
    actor: { kind: 'system' },
    action: 'auth.signing-key-made',
    object: { kind: 'signing-key', id: made.kid },
    detail: {},
  });
  return { keys: [made, ...keys], signing: made };
};

const planOf = (keys: readonly StoredKey[], now: Date) =>
  planKeys(
    keys.map(({ kid, createdAt }) => ({ kid, createdAtMs: createdAt.getTime() })),
    now.getTime(),
  );

const makeKey = async (createdAt: Date): Promise<StoredKey> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return {
    // RFC 7638: the name of a key follows from the key.
    kid: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: await exportJWK(privateKey),
    createdAt,
  };
};
