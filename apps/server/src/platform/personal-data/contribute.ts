import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Consumer } from '../events/port.ts';
import type { Ports, Service } from '../service.ts';
import type { Erasing, KeptSince, PersonalData } from './port.ts';
import { writePart } from './write-part.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * A service that answers for the personal data it keeps, in whatever process it runs: it hears that somebody's data are
 * to be collected or erased, does its part in the transaction in which it heard, and says so.
 */
export const withPersonalData = (service: Service, personal: PersonalData | undefined, ports: Ports): Service => {
  if (personal === undefined) return service;
  const { name, consumers = [], jobs } = service;
  return {
    ...service,
    consumers: [...consumers, personalDataConsumer(name, personal, ports)],
    jobs: (queue) => {
      jobs?.(queue);
      const { forget } = personal;
      if (forget !== undefined) {
        queue.every(`${name}.kept-no-longer`, hourMs, () => forgetEverywhere(name, forget, ports));
      }
    },
  };
};

type Asked = 'users.export-requested' | 'users.erasure-requested';

/** One transaction for each batch: what was written and what is said about it stand or fall together. */
export const personalDataConsumer = (
  service: Service['name'],
  personal: PersonalData,
  { events, objects, cache, clock }: Pick<Ports, 'events' | 'objects' | 'cache' | 'clock'>,
): Consumer => {
  const consumer: Consumer<Asked> = {
    name: `${service}.personal-data`,
    service,
    types: ['users.export-requested', 'users.erasure-requested'],
    async handle(tx, asked) {
      for (const { type, orgId, payload } of asked) {
        const about = { service, ...payload };
        if (type === 'users.export-requested') {
          const files = await writePart(tx, objects, personal, { orgId, ...payload });
          const done = { ...about, files };
          await events.append(tx, orgId, [
            { type: 'platform.personal-data-exported', key: payload.userId, payload: done },
          ]);
        } else if (personal.isLast !== true) {
          await erasePart(tx, personal, { orgId, userId: payload.userId, at: clock.now() }, { objects, cache });
          await events.append(tx, orgId, [
            { type: 'platform.personal-data-erased', key: payload.userId, payload: about },
          ]);
        }
      }
    },
  };
  return consumer as unknown as Consumer;
};

/** Files go before the rows that name them: what fails in between is found again. */
export const erasePart = async (
  tx: Tx,
  personal: PersonalData,
  who: Omit<Erasing, 'identifiers'>,
  ports: Pick<Ports, 'objects' | 'cache'>,
): Promise<void> => {
  const person = { ...who, identifiers: await readIdentifiers(tx, who.userId) };
  for (const key of await personal.erase(tx, person, ports)) await ports.objects.delete(key);
};

/** Too short, and every second text would be about them. */
const shortestIdentifier = 3;

const readIdentifiers = async (tx: Tx, userId: string): Promise<string[]> => {
  const { rows } = await sql<{ identifiers: (string | null)[] }>`
    SELECT ARRAY[lower(display_name), lower(number), lower(email)] AS identifiers
    FROM published.account WHERE user_id = ${userId}`.execute(tx);
  const found = (rows[0]?.identifiers ?? []).filter((each) => each !== null && each.length >= shortestIdentifier);
  return found as string[];
};

type Forget = NonNullable<PersonalData['forget']>;

const forgetEverywhere = async (
  service: Service['name'],
  forget: Forget,
  { database, objects, clock, telemetry }: Ports,
): Promise<void> => {
  const { rows } = await database.acrossOrganizations(service, (tx) =>
    sql<{ org_id: string }>`SELECT org_id FROM published.organization ORDER BY org_id`.execute(tx),
  );
  for (const { org_id: orgId } of rows) {
    try {
      await database.inOrganization(service, orgId, async (tx) => {
        for (const key of await forget(tx, orgId, await keptSince(tx, clock.now()))) await objects.delete(key);
      });
    } catch (error) {
      telemetry.log.error(
        { err: error, orgId },
        `what ${service} keeps no longer could not be removed; the next run tries again`,
      );
    }
  }
};

/** Of the transaction's organization. */
export const keptSince = async (tx: Tx, now: Date): Promise<KeptSince> => {
  const { rows } = await sql<Record<`${string}_days`, number>>`SELECT * FROM published.retention`.execute(tx);
  const before = (column: `${string}_days`): Date => {
    const days = rows[0]?.[column];
    if (days === undefined) throw new Error('An organization without retention');
    return new Date(now.getTime() - days * dayMs);
  };
  return {
    positions: before('positions_days'),
    looks: before('looks_days'),
    punchEvidence: before('punch_evidence_days'),
    signIns: before('sign_ins_days'),
    notifications: before('notifications_days'),
    exports: before('exports_days'),
  };
};
