import type { Acting, Database, Standing } from '../database/port.ts';
import { AccessChanges } from './access-changes.ts';

/** How old what this process remembers may be; the rest of a second is for the way there. */
const freshMs = 500;
/** Nobody asked for so long that changes may have come and gone unseen. */
const unseenAfterMs = 30_000;
/** Beyond so many users everything is forgotten. */
const rememberedUsers = 20_000;

type Remembered = Map<string, Standing | null>;

/**
 * What users hold, for requests that bring no transaction in which it could be asked, such as positions: asked once,
 * then remembered until something about it changes. What has changed is asked twice a second, of PostgreSQL, so nothing
 * depends on a cache or on a message that may get lost.
 */
export class Standings {
  readonly #database: Database;
  /** By organization and user, at home. */
  #remembered = new Map<string, Map<string, Remembered>>();
  #users = 0;
  readonly #changes = new AccessChanges();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  /** Whatever was read while something changed is not remembered. */
  #changeCount = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What somebody holds, or held less than a second ago; null when the account is not active. */
  async of(acting: Acting): Promise<Standing | null> {
    await this.#refresh();
    const key = `${acting.orgId}/${acting.permission}`;
    const known = this.#remembered.get(acting.homeOrgId)?.get(acting.userId)?.get(key);
    if (known !== undefined) return known;
    const changes = this.#changeCount;
    const standing = await this.#database.asUser('gateway', acting, async (_tx, held) => held);
    if (changes === this.#changeCount) this.#remember(acting, key, standing);
    return standing;
  }

  #remember({ homeOrgId, userId }: Acting, key: string, standing: Standing | null): void {
    if (this.#users >= rememberedUsers) this.#forgetAll();
    const organization = this.#remembered.get(homeOrgId) ?? new Map<string, Remembered>();
    this.#remembered.set(homeOrgId, organization);
    const user = organization.get(userId) ?? new Map<string, Standing | null>();
    if (!organization.has(userId)) this.#users += 1;
    organization.set(userId, user.set(key, standing));
  }

  /** Resolves when what is known is fresh enough; rejects when PostgreSQL cannot be asked: nobody is let in unseen. */
  async #refresh(): Promise<void> {
    if (performance.now() - this.#askedAtMs < freshMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const askedAtMs = performance.now();
    const changes = await this.#database.acrossOrganizations('gateway', (tx) => this.#changes.look(tx));
    if (askedAtMs - this.#askedAtMs > unseenAfterMs) this.#forgetAll();
    for (const { orgId, userId } of changes) this.#forget(orgId, userId);
    this.#askedAtMs = askedAtMs;
  }

  #forget(orgId: string, userId: string | null): void {
    this.#changeCount += 1;
    const organization = this.#remembered.get(orgId);
    if (organization === undefined) return;
    if (userId === null) {
      this.#remembered.delete(orgId);
      this.#users -= organization.size;
    } else if (organization.delete(userId)) this.#users -= 1;
  }

  #forgetAll(): void {
    this.#changeCount += 1;
    this.#remembered = new Map();
    this.#users = 0;
  }
}
