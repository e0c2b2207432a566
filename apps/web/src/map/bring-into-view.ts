import type { MapRef } from '@vis.gl/react-maplibre';
import { boundsOf, type LngLat } from './geometry.ts';

/** Farther out than this nobody recognizes the surroundings. */
const leastZoom = 14;
/** Room for a name above the place. */
const widestMargin = 56;

/**
 * Widens what is in view so far that these places are in it, too, and not at its very edge: a dot on open land says
 * nothing. Where that would lead too far out, they take the view for themselves.
 */
export const bringIntoView = (map: MapRef, places: readonly LngLat[]): void => {
  const extent = boundsOf(places);
  if (!extent) return;
  const [west, south, east, north] = extent;
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const margin = Math.min(widestMargin, width / 5, height / 5);
  const isWellInside = ([lng, lat]: LngLat): boolean => {
    const { x, y } = map.project({ lng, lat });
    return x > margin && x < width - margin && y > margin && y < height - margin;
  };
  const corners: readonly LngLat[] = [
    [west, south],
    [east, north],
  ];
  if (corners.every(isWellInside) && map.getZoom() >= leastZoom) return;
  const both = corners.reduce((bounds, corner) => bounds.extend(corner), map.getBounds());
  const wide = map.getMap().cameraForBounds(both, { padding: margin });
  const isNear = wide?.zoom !== undefined && wide.zoom >= leastZoom;
  const camera = isNear ? wide : map.getMap().cameraForBounds(extent, { padding: margin, maxZoom: leastZoom + 1 });
  map.easeTo({ ...camera, duration: 500 });
};
