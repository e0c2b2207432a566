import { Muster } from '../../compose/muster.ts';
import { configurationFromEnvironment } from '../../config/environment.ts';
import type { Ports } from '../../platform/service.ts';

/**
 * Looks into a deployment without being part of it: nothing is consumed and no job is run here. On the embedded database
 * Muster must not be running, which holds the data folder.
 */
export const withPorts = async (work: (ports: Ports) => Promise<void>): Promise<void> => {
  // What is said here goes to the terminal, not into the log of the server.
  const muster = new Muster({ ...configurationFromEnvironment(), MUSTER_LOG_LEVEL: 'silent', MUSTER_LOG_TO: 'stdout' });
  try {
    await muster.startDatabase();
    await muster.migrate();
    await work(await muster.openPorts());
  } finally {
    await muster.stop();
  }
};

/** Whoever sits at the terminal is known to the machine, not to Muster. */
export const operator = { kind: 'system' } as const;

/** What was named on the command line, among what there is. @throws Error with a sentence when something is not there */
export const chosenFrom = <Item>(
  items: readonly Item[],
  ids: readonly string[],
  idOf: (item: Item) => string,
): Item[] => {
  if (ids.length === 1 && ids[0] === 'all') return [...items];
  const missing = ids.filter((id) => !items.some((item) => idOf(item) === id));
  if (missing.length > 0)
    throw new Error(`There is no ${missing.join(', ')} among them. Leave out the ids to see what there is.`);
  return items.filter((item) => ids.includes(idOf(item)));
};
