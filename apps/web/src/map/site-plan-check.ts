import type { SitePlan } from '@muster/contracts';

/** Reads an uploaded file as a site plan, keeps what can be used, and says in words what cannot. */

export const planKinds = [
  'building',
  'path',
  'lawn',
  'water',
  'parking',
  'sports',
  'gate',
  'wall',
  'tree',
  'label',
] as const satisfies readonly SitePlan['features'][number]['properties']['kind'][];
type PlanFeature = SitePlan['features'][number];
type PlanKind = (typeof planKinds)[number];

export const largestPlanBytes = 2_000_000;
const mostFeatures = 5_000;

export type PlanRemark =
  | { readonly code: 'unreadable' | 'not-collection' | 'nothing' | 'too-large' }
  | { readonly code: 'too-many' | 'kind-unknown' | 'geometry-unknown' | 'coordinates-wrong'; readonly count: number };

export interface CheckedPlan {
  /** Null when nothing can be used. */
  readonly plan: SitePlan | null;
  readonly remarks: readonly PlanRemark[];
  readonly counts: Readonly<Partial<Record<PlanKind, number>>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isKind = (value: unknown): value is PlanKind => planKinds.some((kind) => kind === value);

const positionOf = (value: unknown): [number, number] | null => {
  if (!Array.isArray(value)) return null;
  const [lng, lat] = value as unknown[];
  if (typeof lng !== 'number' || typeof lat !== 'number' || Math.abs(lng) > 180 || Math.abs(lat) > 90) return null;
  return [lng, lat];
};
const listOf = <Item>(value: unknown, least: number, item: (value: unknown) => Item | null): Item[] | null => {
  if (!Array.isArray(value) || value.length < least) return null;
  const items = value.map(item);
  return items.includes(null) ? null : (items as Item[]);
};
const lineOf = (value: unknown) => listOf(value, 2, positionOf);
const polygonOf = (value: unknown) => listOf(value, 1, (ring) => listOf(ring, 4, positionOf));

type Geometry = PlanFeature['geometry'];
/** One geometry becomes one or several simple ones; `null` is a kind of geometry a plan does not have. */
const geometriesOf = (geometry: unknown): (Geometry | 'wrong')[] | null => {
  if (!isRecord(geometry)) return null;
  const { type, coordinates } = geometry;
  const parts =
    typeof type === 'string' && type.startsWith('Multi') && Array.isArray(coordinates) ? coordinates : [coordinates];
  switch (String(type).replace('Multi', '')) {
    case 'Point':
      return parts.map((part) => {
        const position = positionOf(part);
        return position ? { type: 'Point', coordinates: position } : 'wrong';
      });
    case 'LineString':
      return parts.map((part) => {
        const line = lineOf(part);
        return line ? { type: 'LineString', coordinates: line } : 'wrong';
      });
    case 'Polygon':
      return parts.map((part) => {
        const rings = polygonOf(part);
        return rings ? { type: 'Polygon', coordinates: rings } : 'wrong';
      });
    default:
      return null;
  }
};

const check = (features: readonly unknown[]): CheckedPlan => {
  const kept: PlanFeature[] = [];
  const counts: Partial<Record<PlanKind, number>> = {};
  const missed = { 'kind-unknown': 0, 'geometry-unknown': 0, 'coordinates-wrong': 0 };
  for (const feature of features) {
    const properties = isRecord(feature) && isRecord(feature.properties) ? feature.properties : {};
    const { kind, name } = properties;
    const geometries = isRecord(feature) ? geometriesOf(feature.geometry) : null;
    if (!isKind(kind)) missed['kind-unknown'] += 1;
    else if (!geometries) missed['geometry-unknown'] += 1;
    else {
      for (const geometry of geometries) {
        if (geometry === 'wrong') {
          missed['coordinates-wrong'] += 1;
          continue;
        }
        const label = typeof name === 'string' && name.trim() ? { name: name.trim().slice(0, 80) } : {};
        kept.push({ type: 'Feature', properties: { kind, ...label }, geometry });
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
    }
  }
  const remarks: PlanRemark[] = Object.entries(missed)
    .filter(([, count]) => count > 0)
    .map(([code, count]) => ({ code: code as keyof typeof missed, count }));
  if (kept.length === 0) return { plan: null, remarks: [{ code: 'nothing' }, ...remarks], counts };
  if (kept.length > mostFeatures) return { plan: null, remarks: [{ code: 'too-many', count: kept.length }], counts };
  return { plan: { type: 'FeatureCollection', features: kept }, remarks, counts };
};

/** Checks the text of a file. Properties other than `kind` and `name` are dropped without a word. */
export const checkSitePlan = (text: string): CheckedPlan => {
  const failed = (code: 'unreadable' | 'not-collection' | 'too-large'): CheckedPlan => ({
    plan: null,
    remarks: [{ code }],
    counts: {},
  });
  if (text.length > largestPlanBytes) return failed('too-large');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return failed('unreadable');
  }
  if (!isRecord(parsed) || parsed.type !== 'FeatureCollection' || !Array.isArray(parsed.features)) {
    return failed('not-collection');
  }
  return check(parsed.features);
};
