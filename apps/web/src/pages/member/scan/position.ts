import { deviceNowMs } from '../../../app/clock.ts';

/** What a punch says about where the phone is. */
export interface PunchFix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters: number | null;
  readonly ageMs: number;
  readonly mock: boolean | null;
}

export type Located =
  | { readonly state: 'searching'; readonly best: GeolocationPosition | null }
  | { readonly state: 'found'; readonly best: GeolocationPosition }
  | { readonly state: 'denied' | 'none' | 'impossible'; readonly best: null };

const goodEnoughMeters = 25;
const patienceMs = 12_000;
/** A position of a moment ago is as good; the server is told its age. */
const recentMs = 45_000;

/**
 * Looks for the phone's position until it is exact enough or patience ends; whatever is best then counts. It goes on
 * until it is stopped, so that who stands at the gate for a minute sends where they are then. Returns how to stop.
 */
export const locate = (onChange: (located: Located) => void): (() => void) => {
  if (!('geolocation' in navigator) || !window.isSecureContext) {
    onChange({ state: 'impossible', best: null });
    return () => undefined;
  }
  let best: GeolocationPosition | null = null;
  let isSettled = false;
  let isStopped = false;
  const tell = (located: Located) => {
    if (!isStopped) onChange(located);
  };
  tell({ state: 'searching', best });
  const take = (position: GeolocationPosition) => {
    const isNewer = best !== null && position.timestamp - best.timestamp > 15_000;
    if (!best || isNewer || position.coords.accuracy <= best.coords.accuracy) best = position;
    isSettled ||= best.coords.accuracy <= goodEnoughMeters;
    tell(isSettled ? { state: 'found', best } : { state: 'searching', best });
  };
  const fail = (error: GeolocationPositionError) => {
    if (error.code !== error.PERMISSION_DENIED || best) return;
    isSettled = true;
    tell({ state: 'denied', best: null });
  };
  // A phone that lies still may tell a watch nothing new for a long time; it still knows where it is.
  navigator.geolocation.getCurrentPosition(take, fail, { maximumAge: recentMs, timeout: patienceMs });
  const watching = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 0 });
  const timer = setTimeout(() => {
    if (isSettled) return;
    isSettled = true;
    tell(best ? { state: 'found', best } : { state: 'none', best: null });
  }, patienceMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    navigator.geolocation.clearWatch(watching);
  };
};

/** The fix as it is sent; null where there is none. Browsers do not say whether a position is simulated. */
export const toPunchFix = ({ best }: Located): PunchFix | null =>
  best && {
    latitude: best.coords.latitude,
    longitude: best.coords.longitude,
    accuracyMeters: Math.min(best.coords.accuracy, 100_000),
    ageMs: Math.round(Math.max(0, Math.min(deviceNowMs() - best.timestamp, 86_400_000))),
    mock: null,
  };
