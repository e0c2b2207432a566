import { Muster } from '../compose/muster.ts';
import { configurationFromEnvironment } from '../config/environment.ts';
import { createDemo } from '../demo/create-demo.ts';

/** Creates the demonstration organization where it is missing, and prints its sign-ins. */
export const demo = async (): Promise<void> => {
  const muster = new Muster(configurationFromEnvironment());
  try {
    await muster.startDatabase();
    await muster.migrate();
    const { created, signIns } = await createDemo(await muster.openPorts());
    console.log(created ? 'The demonstration organization was created.' : 'The demonstration organization is there.');
    for (const { identifier, password, label } of signIns) console.log(`${identifier}\t${password}\t${label}`);
  } finally {
    await muster.stop();
  }
};
