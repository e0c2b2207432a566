import { Muster } from '../compose/muster.ts';
import { ConfigurationError } from '../config/schema.ts';
import { configurationFromEnvironment } from '../config/environment.ts';

/** Brings the schema up to date without serving, for deployments where that is a step of its own. */
export const migrate = async (options: { readonly contract?: boolean }): Promise<void> => {
  const configuration = configurationFromEnvironment();
  if (configuration.MUSTER_DATABASE_URL !== undefined && configuration.MUSTER_DATABASE_OWNER_URL === undefined) {
    throw new ConfigurationError(['Migrations need an administrator: set MUSTER_DATABASE_OWNER_URL as well.']);
  }
  const muster = new Muster(configuration);
  try {
    await muster.startDatabase();
    const { ran, waiting } = await muster.migrate({ contract: options.contract === true });
    for (const name of ran) console.log(name);
    console.log(ran.length === 0 ? 'The schema is up to date.' : `${ran.length} migrations ran.`);
    if (waiting.length > 0) {
      console.log(`${waiting.length} more wait until no older version runs: muster migrate --contract`);
    }
  } finally {
    await muster.stop();
  }
};
