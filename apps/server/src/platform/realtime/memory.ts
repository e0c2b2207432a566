import type { Realtime } from './port.ts';

/** Within one process: a listener hears a message in the same turn of the event loop in which it was published. */
export const createMemoryRealtime = (): Realtime => {
  const listenersByChannel = new Map<string, Set<(message: unknown) => void>>();
  return {
    publish: async (channel, message) => {
      // Listeners of other processes would get a copy; so do those here.
      for (const listener of listenersByChannel.get(channel) ?? []) listener(structuredClone(message));
    },
    subscribe: async (channel, listener) => {
      const listeners = listenersByChannel.get(channel) ?? new Set();
      listenersByChannel.set(channel, listeners.add(listener));
      return async () => {
        listeners.delete(listener);
        if (listeners.size === 0) listenersByChannel.delete(channel);
      };
    },
    check: async () => undefined,
    close: async () => listenersByChannel.clear(),
  };
};
