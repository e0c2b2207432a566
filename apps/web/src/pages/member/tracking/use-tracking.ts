import { useEffect, useState, useSyncExternalStore } from 'react';
import { onSessionChange, readRefreshToken } from '../../../api/session-store.ts';
import { trackerOf } from './browser-tracker.ts';
import type { TrackerStatus } from './tracker.ts';

/** Several tabs of one browser would all send the same; the first one does, and the next when it is closed. */
const useTurn = (isWanted: boolean): boolean => {
  const [hasTurn, setTurn] = useState(false);
  useEffect(() => {
    if (!isWanted) return undefined;
    if (!('locks' in navigator)) {
      setTurn(true);
      return () => setTurn(false);
    }
    const giveUp = new AbortController();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    navigator.locks
      .request('muster.tracking', { signal: giveUp.signal }, () => {
        setTurn(true);
        return held;
      })
      .catch(() => undefined);
    return () => {
      giveUp.abort();
      release();
      setTurn(false);
    };
  }, [isWanted]);
  return hasTurn;
};

/**
 * Sends positions while `isTracked` and while the component that shows the sign is mounted; returns how it goes.
 */
export const useTracking = (userId: string, isTracked: boolean): TrackerStatus => {
  const tracker = trackerOf(userId);
  const status = useSyncExternalStore(tracker.subscribe, tracker.status);
  const hasTurn = useTurn(isTracked);
  useEffect(() => {
    if (!isTracked || !hasTurn) return undefined;
    tracker.start();
    const back = () => {
      if (document.visibilityState === 'visible') tracker.hurry();
    };
    const ended = onSessionChange(() => {
      if (readRefreshToken() === null) void tracker.forget();
    });
    window.addEventListener('online', back);
    document.addEventListener('visibilitychange', back);
    return () => {
      window.removeEventListener('online', back);
      document.removeEventListener('visibilitychange', back);
      ended();
      void tracker.stop();
    };
  }, [tracker, isTracked, hasTurn]);
  return isTracked && !hasTurn && status.state === 'off' ? { ...status, state: 'elsewhere' } : status;
};
