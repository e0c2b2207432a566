/**
 * Installs the worker that keeps the app's files for offline use and receives pushes. A new version waits until every
 * tab is closed or the reader accepts it: nothing is swapped out under somebody's hands.
 */

type Listener = (apply: () => void) => void;
const listeners = new Set<Listener>();
let waiting: (() => void) | null = null;

const offer = (worker: ServiceWorker) => {
  waiting = () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload(), { once: true });
    worker.postMessage('take-over');
  };
  for (const listener of listeners) listener(waiting);
};

/** Calls back when a new version is ready, with the function that switches to it. */
export const onNewVersion = (listener: Listener): (() => void) => {
  listeners.add(listener);
  if (waiting) listener(waiting);
  return () => listeners.delete(listener);
};

export const startServiceWorker = (): void => {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = async () => {
    const registration = await navigator.serviceWorker.register('/service-worker.js');
    if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const next = registration.installing;
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed' && navigator.serviceWorker.controller) offer(next);
      });
    });
  };
  // Without the worker (a plain address, a private window) the app works as well, only not offline.
  register().catch(() => undefined);
};
