import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import type { Database, Lsn, Tx } from './port.ts';

export interface ReadingServer {
  readonly database: Database;
  /** As the superuser, on the primary. */
  readonly plant: (statements: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export const plantedTable = `
  SET ROLE muster_owner;
  CREATE TABLE geo.note (org_id uuid NOT NULL, text text NOT NULL);
  SELECT platform.protect('geo.note', 'geo');
  RESET ROLE`;

export const write = (tx: Tx, orgId: string, text: string) =>
  sql`INSERT INTO geo.note VALUES (${orgId}, ${text})`.execute(tx);

export const textsIn = async (tx: Tx): Promise<string[]> => {
  const { rows } = await sql<{ text: string }>`SELECT text FROM geo.note ORDER BY text`.execute(tx);
  return rows.map(({ text }) => text);
};

/** How `Database.reading` behaves, with a replica and without. */
export const readingSuite = (name: string, open: () => Promise<ReadingServer>): void => {
  describe(`reading: ${name}`, () => {
    let server: ReadingServer;
    const [ours, theirs] = [uuidv7(), uuidv7()];
    beforeAll(async () => {
      server = await open();
      await server.plant(plantedTable);
      for (const orgId of [ours, theirs]) {
        await server.database.inOrganization('geo', orgId, (tx) => write(tx, orgId, `of ${orgId}`));
      }
    });
    afterAll(() => server.close());

    it('finds, with what it was told of the commit, its own write at once, and nothing of others', async () => {
      for (let round = 0; round < 20; round += 1) {
        let writtenAt: Lsn | undefined;
        await server.database.inOrganization('geo', ours, (tx) => write(tx, ours, `round ${round}`), {
          onCommitted: (at) => {
            writtenAt = at;
          },
        });
        const found = await server.database.reading('geo', ours, textsIn, { writtenAt });
        expect(found).toContain(`round ${round}`);
        expect(found).not.toContain(`of ${theirs}`);
      }
    });

    it.each(['FFFFFFFF/FFFFFFFF', '0/1', '', 'never', `0/0'; DROP TABLE geo.note; --`])(
      'takes %j for the place of a write, whoever made it up',
      async (writtenAt) => {
        expect(await server.database.reading('geo', ours, textsIn, { writtenAt })).toContain(`of ${ours}`);
      },
    );

    it('refuses to write, in words of its own', async () => {
      const attempt = server.database.reading('geo', ours, (tx) => write(tx, ours, 'never'));
      await expect(attempt).rejects.toThrow(/only reads tried to write/);
    });

    it('refuses to say who may see whom', async () => {
      for (const view of ['published.reach', 'published.location_access']) {
        const query = (tx: Tx) => sql`SELECT count(*) FROM ${sql.table(view)}`.execute(tx);
        await expect(server.database.reading('geo', ours, query)).rejects.toThrow(`${view} is asked on the primary`);
        await expect(server.database.inOrganization('geo', ours, query)).resolves.toBeDefined();
      }
    });

    it('hands on what its work throws, without a second try', async () => {
      let tries = 0;
      const work = async () => {
        tries += 1;
        throw new Error('not here');
      };
      await expect(server.database.reading('geo', ours, work)).rejects.toThrow('not here');
      expect(tries).toBe(1);
    });

    it('is one role in one organization', async () => {
      const wrongRole = server.database.reading('fraud', ours, textsIn);
      await expect(wrongRole).rejects.toThrow(/permission denied/);
      await expect(server.database.reading('geo', 'nobody', textsIn)).rejects.toThrow(/not a UUID/);
    });
  });
};
