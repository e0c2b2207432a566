import type { Locator } from 'playwright-core';
import { eventually } from '../acceptance/scene.ts';

/** What is drawn on a map: people stand on a canvas of their own, which no role or text tells of. */

export interface Drawn {
  /** The middle of all that is drawn, in pixels of the canvas; null where it is empty. */
  readonly middle: { readonly x: number; readonly y: number } | null;
}

const peopleOn = (map: Locator): Promise<Drawn> =>
  map.locator('canvas[aria-hidden=true]').evaluate((canvas: HTMLCanvasElement) => {
    const context = canvas.getContext('2d');
    if (context === null || canvas.width === 0) return { middle: null };
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [count, sumX, sumY] = [0, 0, 0];
    for (let pixel = 0; pixel * 4 < data.length; pixel += 1) {
      if ((data[pixel * 4 + 3] ?? 0) < 128) continue;
      count += 1;
      sumX += pixel % canvas.width;
      sumY += Math.floor(pixel / canvas.width);
    }
    return { middle: count === 0 ? null : { x: sumX / count, y: sumY / count } };
  });

/** Where the only person on a map stands. */
export const personOn = (map: Locator): Promise<{ x: number; y: number }> =>
  eventually('Somebody stands on the map', async () => (await peopleOn(map)).middle ?? undefined);

/** Resolves when the only person on a map has come a good way to the north. */
export const personGoesNorth = (map: Locator, from: { readonly y: number }): Promise<true> =>
  eventually('The person goes north on the map', async () => {
    const { middle } = await peopleOn(map);
    return middle !== null && from.y - middle.y > 15;
  });

/** Resolves when nobody stands on a map. */
export const mapEmpties = (map: Locator): Promise<boolean> =>
  eventually('The map is empty', async () => (await peopleOn(map)).middle === null);
