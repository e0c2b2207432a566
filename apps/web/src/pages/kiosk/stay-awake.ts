import { useEffect, useEffectEvent, useState } from 'react';
import { onNewVersion } from '../../app/start-service-worker.ts';

/** Keeps the screen on; browsers let go of it whenever the page is hidden. */
export const useWakeLock = (): void => {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return undefined;
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const take = async () => {
      if (isOver || document.visibilityState !== 'visible' || (lock && !lock.released)) return;
      lock = await navigator.wakeLock.request('screen').catch(() => null);
    };
    const again = () => void take();
    again();
    document.addEventListener('visibilitychange', again);
    const timer = setInterval(again, 60_000);
    return () => {
      isOver = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      void lock?.release();
    };
  }, []);
};

/** True while somebody touches the screen or moves a pointer, and a few seconds longer. */
export const useTouched = (): boolean => {
  const [isTouched, setTouched] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const touch = () => {
      setTouched(true);
      clearTimeout(timer);
      timer = setTimeout(() => setTouched(false), 6_000);
    };
    touch();
    const kinds = ['pointermove', 'pointerdown', 'keydown'] as const;
    for (const kind of kinds) window.addEventListener(kind, touch, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) window.removeEventListener(kind, touch);
    };
  }, []);
  return isTouched;
};

const lookForUpdatesMs = 60 * 60_000;
const quietHours = { from: 1, until: 4 };
/** A version that has waited so long is taken at the next quiet minute, whatever the hour: some gates never sleep. */
const longestWaitMs = 36 * 3_600_000;

/**
 * Takes a new version of the app when nobody is likely to scan: at night, with the network in order. `nowMs` is the
 * server's time and `hour` the hour at the site.
 */
export const useQuietUpdate = (nowMs: number | null, hour: number | null, isQuiet: boolean): void => {
  const [offered, setOffered] = useState<{ readonly apply: () => void; readonly atMs: number } | null>(null);
  const offer = useEffectEvent((apply: () => void) => setOffered({ apply, atMs: nowMs ?? 0 }));
  useEffect(() => onNewVersion((apply) => offer(apply)), []);
  useEffect(() => {
    const look = () =>
      void navigator.serviceWorker?.getRegistration().then((found) => found?.update().catch(() => undefined));
    const timer = setInterval(look, lookForUpdatesMs);
    return () => clearInterval(timer);
  }, []);
  const isNight = hour !== null && hour >= quietHours.from && hour < quietHours.until;
  const isOverdue = offered !== null && nowMs !== null && nowMs - offered.atMs > longestWaitMs;
  const isDue = offered !== null && isQuiet && (isNight || isOverdue);
  useEffect(() => {
    if (isDue) offered?.apply();
  }, [isDue, offered]);
};
