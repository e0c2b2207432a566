/// <reference lib="webworker" />

/**
 * Keeps the app's own files, so that it opens without a network. Answers of the API are never kept here: who may see
 * what changes by the minute, and a phone is lent. It also shows pushes.
 */

interface WorkerScope extends ServiceWorkerGlobalScope {
  readonly __WB_MANIFEST: readonly (string | { readonly url: string; readonly revision: string | null })[];
}
declare const self: WorkerScope;

const entries = self.__WB_MANIFEST.map((entry) =>
  typeof entry === 'string' ? { url: entry, revision: null } : { url: entry.url, revision: entry.revision },
);
const version = entries.map(({ url, revision }) => `${url}${revision ?? ''}`).join();
/** A short, stable name for this set of files (FNV-1a). */
const hash = [...version].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 16_777_619) >>> 0, 2_166_136_261);
const shellCache = `muster-shell-${hash.toString(36)}`;
/** Files with a hash in their name never change; those fetched later (the map) are kept beside the shell. */
const laterCache = 'muster-later';
const serverPaths = /^\/(v1|\.well-known|clients|pub|iclock|docs|metrics|health)(\/|$)/;

self.addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(shellCache);
    // One address twice would make the whole installation fail.
    const addresses = new Set(entries.map(({ url }) => new URL(url, self.location.origin).href));
    await cache.addAll([...addresses].map((address) => new Request(address, { cache: 'reload' })));
  };
  event.waitUntil(fill());
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith('muster-') && name !== shellCache).map((name) => caches.delete(name)),
    );
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

const fromShell = async (request: Request): Promise<Response> => {
  const kept = await caches.match('/index.html', { cacheName: shellCache });
  return kept ?? fetch(request);
};

const fromCacheThenNetwork = async (request: Request): Promise<Response> => {
  const kept = await caches.match(request, { ignoreSearch: false });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith('/assets/')) {
    const cache = await caches.open(laterCache);
    await cache.put(request, answer.clone());
  }
  return answer;
};

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || serverPaths.test(url.pathname)) return;
  event.respondWith(request.mode === 'navigate' ? fromShell(request) : fromCacheThenNetwork(request));
});

interface PushedMessage {
  readonly title: string;
  readonly body?: string;
  readonly path?: string;
  readonly tag?: string;
  readonly urgent?: boolean;
}

self.addEventListener('push', (event) => {
  const message = (event.data?.json() ?? { title: 'Muster' }) as PushedMessage;
  event.waitUntil(
    self.registration.showNotification(message.title, {
      body: message.body ?? '',
      icon: '/icon-192.png',
      badge: '/icon-192.png',
      data: { path: message.path ?? '/' },
      requireInteraction: message.urgent === true,
      ...(message.tag ? { tag: message.tag } : {}),
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = (event.notification.data as { path?: string } | null)?.path ?? '/';
  const show = async () => {
    const open = await self.clients.matchAll({ type: 'window' });
    const [first] = open;
    if (!first) return self.clients.openWindow(path);
    await first.navigate(path);
    return first.focus();
  };
  event.waitUntil(show());
});
