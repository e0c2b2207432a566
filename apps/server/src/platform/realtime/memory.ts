import { Listeners } from './listeners.ts';
import type { Realtime } from './port.ts';

/** Within one process: a listener hears a message in the same turn of the event loop in which it was published. */
export const createMemoryRealtime = (): Realtime => {
  const listeners = new Listeners();
  return {
    // Listeners of other processes would get a copy; so do those here.
    publish: async (channel, message) => listeners.tell(channel, () => structuredClone(message)),
    subscribe: async (channel, listener, missed) => {
      const leave = listeners.add(channel, listener, missed);
      return async () => void leave();
    },
    check: async () => undefined,
    close: async () => listeners.clear(),
  };
};
