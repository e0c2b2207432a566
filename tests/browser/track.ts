import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coordinates } from '@muster/contracts';
import type { Page } from 'playwright-core';

/** A recorded way that the browser is made to believe it goes. */

type Places = 'gate' | 'avenue' | 'court' | 'village' | 'hall' | 'exit';
interface Step extends Coordinates {
  readonly place: string | undefined;
}

const text = readFileSync(join(import.meta.dirname, 'fixtures/to-the-village.gpx'), 'utf8');
const steps: readonly Step[] = [
  ...text.matchAll(/<trkpt lat="([\d.]+)" lon="([\d.]+)"(?:\/>|><name>(\w+)<\/name>)/g),
].map(([, latitude, longitude, place]) => ({ latitude: Number(latitude), longitude: Number(longitude), place }));

/** Where the way leads past. */
export const placeOf = (name: Places): Coordinates => {
  const found = steps.find(({ place }) => place === name);
  if (found === undefined) throw new Error(`The track does not lead past ${name}.`);
  return { latitude: found.latitude, longitude: found.longitude };
};

/** A walker who has got as far as the gate. The page stays the one that is open when the walk begins. */
export const createWalker = (page: Page) => {
  let at = 0;
  const watch = () =>
    page.evaluate(() => {
      navigator.geolocation.watchPosition(({ coords }) => {
        document.documentElement.dataset['walkedTo'] = String(coords.latitude);
      });
    });
  const stepTo = async ({ latitude, longitude }: Step): Promise<void> => {
    await page.context().setGeolocation({ latitude, longitude, accuracy: 6 });
    // Nobody is faster than the browser: the page has heard of this step before the next one is taken.
    await page.locator(`html[data-walked-to="${latitude}"]`).waitFor();
  };
  return {
    /** Walks step by step; resolves there. */
    walkTo: async (name: Places): Promise<void> => {
      if (at === 0) await watch();
      for (;;) {
        const step = steps[at + 1];
        if (step === undefined) throw new Error(`The track ends before ${name}.`);
        at += 1;
        await stepTo(step);
        if (step.place === name) return;
      }
    },
  };
};
