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

/**
 * Looks for the phone's position until it is exact enough or patience ends; whatever is best then counts. Returns how
 * to stop.
 */
export const locate = (onChange: (located: Located) => void): (() => void) => {
  if (!('geolocation' in navigator) || !window.isSecureContext) {
    onChange({ state: 'impossible', best: null });
    return () => undefined;
  }
  let best: GeolocationPosition | null = null;
  let isOver = false;
  onChange({ state: 'searching', best });
  const end = (located: Located) => {
    if (isOver) return;
    isOver = true;
    onChange(located);
  };
  const watching = navigator.geolocation.watchPosition(
    (position) => {
      if (!best || position.coords.accuracy <= best.coords.accuracy) best = position;
      // A watch goes on after it is good enough: who stands at the gate for a minute sends where they are then.
      else if (position.timestamp - best.timestamp > 15_000) best = position;
      if (isOver || best.coords.accuracy <= goodEnoughMeters) {
        isOver = true;
        onChange({ state: 'found', best });
      } else onChange({ state: 'searching', best });
    },
    (error) => {
      if (error.code === error.PERMISSION_DENIED) end({ state: 'denied', best: null });
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: patienceMs },
  );
  const timer = setTimeout(() => end(best ? { state: 'found', best } : { state: 'none', best: null }), patienceMs);
  return () => {
    isOver = true;
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
