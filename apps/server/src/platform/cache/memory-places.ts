import type { Clock } from '../clock.ts';
import type { Place, Places } from './port.ts';

interface Index {
  readonly places: Map<string, Place>;
  mark: string;
  readonly expiresAtMs: number;
}

/** In this process's memory. */
export const createMemoryPlaces = (clock: Clock): Places => {
  const indexes = new Map<string, Index>();
  const versions = new Map<string, number>();
  const versionOf = (name: string): number => versions.get(name) ?? 0;
  const bump = (name: string): void => void versions.set(name, versionOf(name) + 1);
  const known = (name: string): Index | undefined => {
    const index = indexes.get(name);
    if (index === undefined || index.expiresAtMs > clock.now().getTime()) return index;
    indexes.delete(name);
    return undefined;
  };

  return {
    near: async (name, center, radiusMeters) => {
      const index = known(name);
      if (index === undefined) return { version: versionOf(name), found: null };
      const names: string[] = [];
      for (const [each, place] of index.places)
        if (sphereMeters(center, place) <= wider(radiusMeters)) names.push(each);
      return { version: versionOf(name), found: { mark: index.mark, names } };
    },
    replace: async (name, version, mark, places, timeToLiveMs) => {
      if (versionOf(name) !== version) return;
      indexes.set(name, { places: new Map(places), mark, expiresAtMs: clock.now().getTime() + timeToLiveMs });
      bump(name);
    },
    advance: async (name, version, mark, moved) => {
      const index = known(name);
      if (index === undefined || versionOf(name) !== version) return;
      for (const [each, place] of moved) index.places.set(each, place);
      index.mark = mark;
      bump(name);
    },
    remove: async (name, names) => {
      for (const each of names) indexes.get(name)?.places.delete(each);
      bump(name);
    },
  };
};

/** A sphere is not the earth: distances differ by up to half a percent; Redis keeps a place to within half a meter. */
export const wider = (radiusMeters: number): number => radiusMeters * 1.01 + 2;

/** Redis takes the same earth. */
const earthRadiusMeters = 6_372_797.560856;
const radians = Math.PI / 180;

/** Distance on a sphere (haversine). */
const sphereMeters = (from: Place, to: Place): number => {
  const north = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const east = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const half = north * north + Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * east * east;
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(half)));
};
