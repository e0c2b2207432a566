import type { SeenPosition, SitePlan } from '@muster/contracts';
import { nowMs } from '../../app/clock.ts';
import type { TimelineEntry } from '../../components/timeline.tsx';
import { destination, type LngLat } from '../../map/geometry.ts';
import type { PersonOnMap, TrailPoint } from '../../map/people/person.ts';
import type { PlaybackBand } from '../../map/track-playback.tsx';
import type { StateKey } from '../../states.ts';

/** Invented people and days for the gallery; nothing of it reaches a page. */

export const center = { latitude: 46.9212, longitude: 15.8735 };
export const timeZone = 'Europe/Vienna';
const middle: LngLat = [center.longitude, center.latitude];

const firstNames = [
  'Amara',
  'Ben',
  'Chiara',
  'Deniz',
  'Elif',
  'Felix',
  'Greta',
  'Hanna',
  'Ivan',
  'Jana',
  'Kofi',
  'Lena',
];
const lastNames = ['Aydin', 'Berger', 'Costa', 'Dubois', 'Egger', 'Fischer', 'Gruber', 'Haddad', 'Ito', 'Jovanović'];
const states: readonly StateKey[] = [
  'present',
  'present',
  'present',
  'present',
  'present',
  'late',
  'present',
  'unknown',
];

export const fence = {
  name: 'Campus',
  shape: {
    kind: 'polygon' as const,
    rings: [[45, 105, 150, 195, 235, 285, 330, 20, 45].map((bearing) => destination(middle, 190, bearing))],
  },
};

export const smallPlan: SitePlan = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { kind: 'building', name: 'Hall' },
      geometry: {
        type: 'Polygon',
        coordinates: [[45, 135, 225, 315, 45].map((angle) => destination(middle, 40, angle))],
      },
    },
    {
      type: 'Feature',
      properties: { kind: 'path' },
      geometry: { type: 'LineString', coordinates: [destination(middle, 28, 180), destination(middle, 180, 180)] },
    },
  ],
};

/** Repeatable chance in 0 to 1. */
const chance = (seed: number): number => {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
};

/** A crowd that walks about; `tick` moves it on. */
export const crowd = (count: number, tick: number): PersonOnMap[] =>
  Array.from({ length: count }, (_, index) => {
    const isOutside = index % 47 === 11;
    const isOld = index % 9 === 7;
    const spread = count > 100 ? 150 : 110;
    const radius = isOutside ? 260 : spread * Math.sqrt(chance(index + 1));
    const bearing = 360 * chance(index + 500) + (isOld ? 0 : tick * (isOutside ? 1 : 4));
    const [longitude, latitude] = destination(middle, radius, bearing);
    const state = isOutside ? 'outside' : (states[index % states.length] ?? 'present');
    return {
      id: `p${String(index).padStart(4, '0')}`,
      name: `${firstNames[index % firstNames.length]} ${lastNames[Math.floor(index / 3) % lastNames.length]}`,
      state,
      longitude,
      latitude,
      accuracyMeters: 6 + 20 * chance(index + 900),
      headingDegrees: isOld ? null : (bearing + 90) % 360,
      fixedAtMs: nowMs() - (isOld ? (3 + (index % 14)) * 60_000 : 4_000),
    };
  });

export const trailOf = (person: PersonOnMap | undefined): TrailPoint[] => {
  if (!person) return [];
  const now = nowMs();
  return Array.from({ length: 40 }, (_, step) => {
    const [longitude, latitude] = destination(
      [person.longitude, person.latitude],
      (40 - step) * 2.4,
      (person.headingDegrees ?? 0) + 180 + 24 * Math.sin(step / 5),
    );
    return { longitude, latitude, atMs: now - (40 - step) * 18_000 };
  });
};

const dayStartMs = Date.UTC(2031, 2, 4, 6, 45);
const minuteMs = 60_000;
const instantAt = (minute: number): string => new Date(dayStartMs + minute * minuteMs).toISOString();

export const dayEntries: TimelineEntry[] = [
  { kind: 'enter', at: instantAt(7), place: 'South Gate', note: 'Late by 7 min' },
  { kind: 'excursion', at: instantAt(96), to: instantAt(109), farthestMeters: 420 },
  { kind: 'silence', at: instantAt(180), to: instantAt(226) },
  { kind: 'note', at: instantAt(240), title: 'Location looked at by Ms Berger', note: 'Open alert' },
  { kind: 'excursion', at: instantAt(300), to: null, farthestMeters: 1_260 },
];
export const dayNowMs = dayStartMs + 318 * minuteMs;
export const dayFromMs = dayStartMs;
export const dayToMs = dayStartMs + 330 * minuteMs;

export const track: SeenPosition[] = Array.from({ length: 330 }, (_, minute) => minute)
  .filter((minute) => minute < 180 || minute > 226)
  .map((minute) => {
    const isOut = (minute > 96 && minute < 109) || minute > 300;
    const [longitude, latitude] = destination(
      middle,
      (isOut ? 230 : 70) + 40 * Math.sin(minute / 14),
      150 + 70 * Math.sin(minute / 55) + 12 * Math.cos(minute / 7),
    );
    return {
      longitude,
      latitude,
      fixedAt: instantAt(minute),
      accuracyMeters: 9,
      speedMetersPerSecond: 1.2,
      headingDegrees: null,
    };
  });

export const bands: PlaybackBand[] = [
  { kind: 'inside', fromMs: dayStartMs + 7 * minuteMs, toMs: dayToMs },
  { kind: 'outside', fromMs: dayStartMs + 96 * minuteMs, toMs: dayStartMs + 109 * minuteMs },
  { kind: 'silent', fromMs: dayStartMs + 180 * minuteMs, toMs: dayStartMs + 226 * minuteMs },
  { kind: 'outside', fromMs: dayStartMs + 300 * minuteMs, toMs: dayToMs },
];
