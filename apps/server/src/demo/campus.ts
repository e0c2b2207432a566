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

/** Where people spend their day; people scatter over the radius. */
export const campusPlaces = [
  { name: 'Main Building', center: { latitude: 46.921461, longitude: 15.8735 }, radiusMeters: 26 },
  { name: 'Library', center: { latitude: 46.921425, longitude: 15.871986 }, radiusMeters: 14 },
  { name: 'Lab Wing', center: { latitude: 46.921452, longitude: 15.874856 }, radiusMeters: 12 },
  { name: 'Cafeteria', center: { latitude: 46.920552, longitude: 15.872815 }, radiusMeters: 16 },
  { name: 'Sports field', center: { latitude: 46.920481, longitude: 15.874909 }, radiusMeters: 24 },
  { name: 'Linden Court', center: { latitude: 46.921002, longitude: 15.8735 }, radiusMeters: 14 },
  { name: 'Hostel A', center: { latitude: 46.92191, longitude: 15.871841 }, radiusMeters: 14 },
  { name: 'Gym', center: { latitude: 46.922297, longitude: 15.875014 }, radiusMeters: 12 },
] as const;

/** The way from the South Gate to Linden Court and the Main Building. */
export const campusWalk: readonly Point[] = [
  { latitude: 46.919851, longitude: 15.8735 },
  { latitude: 46.920193, longitude: 15.8735 },
  { latitude: 46.92066, longitude: 15.8735 },
  { latitude: 46.920822, longitude: 15.8735 },
  { latitude: 46.921002, longitude: 15.873316 },
  { latitude: 46.9212, longitude: 15.8735 },
  { latitude: 46.921398, longitude: 15.8735 },
];

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
