import type { ReportedPosition } from '@muster/contracts';
import { call, routes } from '../../../api/client.ts';
import { isProblem } from '../../../api/problem.ts';
import { clockOffsetMs, deviceNowMs } from '../../../app/clock.ts';
import { createTracker, type Tracker, type TrackerSurroundings } from './tracker.ts';

interface Battery {
  readonly level: number;
  readonly charging: boolean;
}
const lowBattery = 0.2;
let battery: Battery | null = null;

/** Not every browser tells; then nothing is known and nothing is saved. */
const learnBattery = async (): Promise<void> => {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  battery ??= (await source.getBattery?.().catch(() => null)) ?? null;
};

/** The phone's clock may be wrong; the time of a fix is told by the server's. */
const positionOf = ({ coords, timestamp }: GeolocationPosition): ReportedPosition => ({
  latitude: coords.latitude,
  longitude: coords.longitude,
  fixedAt: new Date(Math.round(Math.min(timestamp, deviceNowMs()) + clockOffsetMs())).toISOString(),
  accuracyMeters: Math.min(coords.accuracy, 100_000),
  ...(coords.altitude === null ? {} : { altitudeMeters: Math.max(-500, Math.min(coords.altitude, 20_000)) }),
  ...(coords.speed === null || Number.isNaN(coords.speed) ? {} : { speedMetersPerSecond: Math.min(coords.speed, 500) }),
  ...(coords.heading === null || Number.isNaN(coords.heading) ? {} : { headingDegrees: coords.heading }),
  ...(battery ? { batteryFraction: battery.level } : {}),
  mock: null,
});

const send: TrackerSurroundings['send'] = async (positions) => {
  try {
    const answer = await call(routes.reportPositions, { body: { positions } });
    return answer.tracking ? 'stored' : 'stop';
  } catch (error) {
    if (!isProblem(error)) return 'later';
    if (error.isPassing || error.code === 'unreadable') return 'later';
    // One position that cannot be used must not hold up all that follow.
    return error.status === 401 || error.status === 403 ? 'stop' : 'unusable';
  }
};

const surroundingsOf = (userId: string): TrackerSurroundings => ({
  canLocate: 'geolocation' in navigator && window.isSecureContext,
  watch: (onPosition, onFailure, isSaving) => {
    void learnBattery();
    const watching = navigator.geolocation.watchPosition(
      (position) => onPosition(positionOf(position)),
      (error) => onFailure(error.code === error.PERMISSION_DENIED ? 'denied' : 'no-signal'),
      { enableHighAccuracy: !isSaving, maximumAge: 5_000, timeout: 60_000 },
    );
    return () => navigator.geolocation.clearWatch(watching);
  },
  ask: (onPosition) =>
    navigator.geolocation.getCurrentPosition(
      (position) => onPosition(positionOf(position)),
      () => undefined,
      { enableHighAccuracy: false, maximumAge: 0, timeout: 20_000 },
    ),
  buffer: async () => (await import('./position-buffer.ts')).createPositionBuffer(userId),
  send,
  isSaving: () => battery !== null && !battery.charging && battery.level <= lowBattery,
  nowMs: deviceNowMs,
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
});

let tracker: { readonly userId: string; readonly made: Tracker } | null = null;

/** The tracker of this page for a user; one, however many parts of the page ask for it. */
export const trackerOf = (userId: string): Tracker => {
  if (tracker?.userId === userId) return tracker.made;
  void tracker?.made.stop();
  tracker = { userId, made: createTracker(surroundingsOf(userId)) };
  return tracker.made;
};
