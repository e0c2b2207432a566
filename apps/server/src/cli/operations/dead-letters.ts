import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { DeadLetter } from '../../platform/events/port.ts';
import type { Ports } from '../../platform/service.ts';
import { tableOf } from './table.ts';
import { chosenFrom, operator, withPorts } from './with-ports.ts';

export interface DeadLettersOptions {
  readonly consumer?: string;
  /** `all`, or ids of events. Absent: only list them. */
  readonly replay?: readonly string[];
}

const most = 10_000;

/** Lists the events of all organizations that a consumer gave up, or lets it try them again. */
export const deadLetters = ({ consumer, replay }: DeadLettersOptions): Promise<void> =>
  withPorts(async (ports) => {
    const filter = { limit: most, ...(consumer === undefined ? {} : { consumer }) };
    const letters = await ports.events.deadLetters(filter);
    if (letters.length === 0) return console.log('Everything is delivered.');
    if (replay === undefined) return list(letters);
    const chosen = chosenFrom(letters, replay, ({ event }) => event.id);
    let replayed = 0;
    for (const some of Map.groupBy(chosen, (letter) => `${letter.event.orgId} ${letter.consumer}`).values()) {
      replayed += await replaySome(ports, some);
    }
    console.log(
      `${replayed} of ${letters.length} dead letters will be tried again: at once, or when Muster is started.`,
    );
  });

const list = (letters: readonly DeadLetter[]): void => {
  // Neither what the event says nor whom it is about.
  const rows = letters.map(({ consumer, event, failedAt, tries, reason }) => [
    event.id,
    consumer,
    event.type,
    event.orgId,
    failedAt,
    String(tries),
    reason,
  ]);
  console.log(tableOf(['ID', 'CONSUMER', 'EVENT', 'ORGANIZATION', 'GIVEN UP', 'TRIES', 'REASON'], rows));
};

/** Dead letters of one consumer in one organization. */
const replaySome = async ({ database, events }: Ports, letters: readonly DeadLetter[]): Promise<number> => {
  const [first] = letters;
  if (first === undefined) return 0;
  const { consumer, event } = first;
  return database.inOrganization('gateway', event.orgId, async (tx) => {
    const found = await events.replayIn(
      tx,
      consumer,
      letters.map((letter) => letter.event.id),
    );
    if (found.length === 0) return 0;
    await appendAudit(tx, {
      actor: operator,
      action: 'operations.dead-letters-replayed',
      object: { kind: 'consumer', id: consumer },
      detail: { eventIds: found, by: 'muster dead-letters' },
    });
    return found.length;
  });
};
