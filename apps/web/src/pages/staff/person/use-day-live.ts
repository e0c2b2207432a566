import type { LiveTopic } from '@muster/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { routes } from '../../../api/client.ts';
import { useLive } from '../../../api/use-live.ts';

/** Loads what is shown of a person's day again when something happens in it. */
export const useDayLive = (memberId: string, topics: readonly LiveTopic[]): void => {
  const queries = useQueryClient();
  const reload = () => {
    for (const { operation } of [routes.readToday, routes.readTimeline])
      void queries.invalidateQueries({ queryKey: [operation] });
  };
  useLive(
    topics,
    (happening) => {
      if ('memberId' in happening && happening.memberId === memberId && happening.kind !== 'moved') reload();
    },
    { onReset: reload },
  );
};
