import { useEffect, useSyncExternalStore } from 'react';

/**
 * The one clock of the web app. A phone's clock may be wrong, so the server's time, as told by its answers and by the
 * live connection, corrects it; without a server it is the device's time.
 */

let offsetMs = 0;

/** Milliseconds since the epoch by the server's clock, as far as it is known. */
export const nowMs = (): number => Date.now() + offsetMs;

/** The device's clock alone, for timers and for what has to be reported as the device's claim. */
export const deviceNowMs = (): number => Date.now();

/** How far the device's clock is behind (positive) or ahead of the server's. */
export const clockOffsetMs = (): number => offsetMs;

/**
 * Takes a time the server told. Answers travel for a while, so differences below two seconds are left alone: they say
 * more about the network than about the clock.
 */
export const learnServerTime = (serverMs: number): void => {
  const difference = serverMs - Date.now();
  if (!Number.isFinite(difference) || Math.abs(difference - offsetMs) <= 2_000) return;
  offsetMs = difference;
  for (const ticker of tickers.values()) renew(ticker);
};

interface Ticker {
  readonly listeners: Set<() => void>;
  timer: number;
  value: number;
}
const tickers = new Map<number, Ticker>();

const renew = (ticker: Ticker): void => {
  ticker.value = nowMs();
  for (const each of ticker.listeners) each();
};

const tickerOf = (everyMs: number) => {
  const known = tickers.get(everyMs);
  if (known) return known;
  const made: Ticker = { listeners: new Set(), timer: 0, value: nowMs() };
  tickers.set(everyMs, made);
  return made;
};

/** The present instant, renewed at most every `everyMs`; all users of one rhythm share a timer. */
export const useNow = (everyMs = 15_000): number => {
  const ticker = tickerOf(everyMs);
  const subscribe = (listener: () => void) => {
    ticker.listeners.add(listener);
    if (ticker.listeners.size === 1) {
      ticker.timer = window.setInterval(() => renew(ticker), everyMs);
    }
    return () => {
      ticker.listeners.delete(listener);
      if (ticker.listeners.size === 0) window.clearInterval(ticker.timer);
    };
  };
  useEffect(() => {
    if (nowMs() - ticker.value > everyMs) renew(ticker);
  }, [ticker, everyMs]);
  return useSyncExternalStore(subscribe, () => ticker.value);
};
