import type { LiveHappening, LiveTopic } from '@muster/contracts';
import { useEffect, useEffectEvent, useState } from 'react';
import { type LiveState, liveConnection } from './live.ts';

export interface LiveOptions {
  /** Load the lists again: something may have been missed. */
  readonly onReset?: (() => void) | undefined;
  readonly enabled?: boolean | undefined;
}

/**
 * Hears what happens while the component is mounted, and tells the state of the connection:
 * `const state = useLive(['attendance', 'alerts'], (happening) => …, { onReset: refetch })`.
 */
export const useLive = (
  topics: readonly LiveTopic[],
  onHappening: (happening: LiveHappening, topic: LiveTopic) => void,
  { onReset, enabled = true }: LiveOptions = {},
): LiveState => {
  const [state, setState] = useState<LiveState>('connecting');
  const heard = useEffectEvent(onHappening);
  const reset = useEffectEvent(() => onReset?.());
  const key = topics.join();
  useEffect(() => {
    if (!enabled) return undefined;
    return liveConnection.listen({
      topics: key.split(',') as LiveTopic[],
      onHappening: (happening, topic) => heard(happening, topic),
      onReset: () => reset(),
      onState: setState,
    });
  }, [key, enabled]);
  return state;
};
