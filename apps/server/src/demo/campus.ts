/**
 * The demonstration campus: Lindenhof College, which does not exist, drawn on open land. The site plan beside it
 * (site-plan.json) has its buildings, paths and trees.
 */

type Point = { readonly latitude: number; readonly longitude: number };

export const campusName = 'Lindenhof College';
export const campusAddress = 'Lindenallee 1, Lindenhof';
export const campusTimeZone = 'Europe/Vienna';

export const campusCenter: Point = { latitude: 46.9212, longitude: 15.8735 };

/** A few meters outside the wall, so that whoever stands in a gate is inside. Closed, longitude first. */
export const campusOutline: readonly (readonly [number, number])[] = [
  [15.871092, 46.919891],
  [15.872674, 46.919777],
  [15.874738, 46.919777],
  [15.875908, 46.92008],
  [15.875908, 46.921788],
  [15.875591, 46.922623],
  [15.87295, 46.922623],
  [15.871092, 46.922358],
  [15.871092, 46.919891],
];

export const campusGates = {
  southGate: { name: 'South Gate', position: { latitude: 46.919851, longitude: 15.8735 } },
  northGate: { name: 'North Gate', position: { latitude: 46.922549, longitude: 15.874316 } },
} as const;

/** A walk out of the South Gate to the shops in the village, about 400 m beyond the geofence, for excursions. */
export const villageWalk: readonly Point[] = [
  { latitude: 46.919851, longitude: 15.8735 },
  { latitude: 46.91977, longitude: 15.873421 },
  { latitude: 46.919734, longitude: 15.87271 },
  { latitude: 46.919743, longitude: 15.871393 },
  { latitude: 46.919617, longitude: 15.870077 },
  { latitude: 46.919132, longitude: 15.868496 },
  { latitude: 46.918232, longitude: 15.867311 },
];
