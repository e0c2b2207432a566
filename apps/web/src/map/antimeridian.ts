import type { LngLat } from './geometry.ts';

/**
 * Natural Earth's polygons as topologies run across the antimeridian and around the poles; a flat map needs them cut
 * there, or a country becomes a band around the world.
 */

/** Makes the longitudes of a ring run on instead of jumping by 360; closes a ring around a pole along that pole. */
const unwrap = (ring: readonly LngLat[]): LngLat[] => {
  const flat: LngLat[] = [];
  let shift = 0;
  let before: number | undefined;
  for (const [lng, lat] of ring) {
    if (before !== undefined && lng - before > 180) shift -= 360;
    else if (before !== undefined && lng - before < -180) shift += 360;
    before = lng;
    flat.push([lng + shift, lat]);
  }
  const [first, last] = [flat[0], flat.at(-1)];
  if (!first || !last || Math.abs(last[0] - first[0]) < 180) return flat;
  const pole = first[1] < 0 ? -90 : 90;
  return [...flat, [last[0], pole], [first[0], pole], first];
};

/** Cuts a ring at a meridian and keeps one side (Sutherland and Hodgman 1974). */
const keepSide = (ring: readonly LngLat[], meridian: number, keepsEast: boolean): LngLat[] => {
  const isKept = ([lng]: LngLat) => (keepsEast ? lng >= meridian : lng <= meridian);
  const kept: LngLat[] = [];
  for (let at = 0; at < ring.length; at += 1) {
    const here = ring[at] as LngLat;
    const before = ring[(at + ring.length - 1) % ring.length] as LngLat;
    if (isKept(here) !== isKept(before)) {
      const part = (meridian - before[0]) / (here[0] - before[0]);
      kept.push([meridian, before[1] + part * (here[1] - before[1])]);
    }
    if (isKept(here)) kept.push(here);
  }
  return kept;
};

/** One ring becomes the rings of its parts within -180 to 180 degrees. */
export const cutRing = (ring: readonly LngLat[]): LngLat[][] => {
  const flat = unwrap(ring);
  return [-360, 0, 360].flatMap((shift) => {
    const part = keepSide(keepSide(flat, shift - 180, true), shift + 180, false);
    const [first] = part;
    if (!first || part.length < 3) return [];
    return [[...part, first].map(([lng, lat]): LngLat => [lng - shift, lat])];
  });
};

/**
 * Cuts a polygon. Its holes become polygons of nothing: they are dropped where the polygon was cut, because at the
 * scale where the whole world is seen, a lake on the antimeridian is smaller than a pixel.
 */
export const cutPolygon = (rings: readonly (readonly LngLat[])[]): LngLat[][][] => {
  const [outline, ...holes] = rings;
  if (!outline) return [];
  const parts = cutRing(outline);
  if (parts.length === 1) return [[parts[0] as LngLat[], ...holes.flatMap(cutRing)]];
  return parts.map((part) => [part]);
};
