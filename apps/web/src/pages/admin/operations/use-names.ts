import { routes } from '../../../api/client.ts';
import i18next from 'i18next';
import { useMemo } from 'react';
import { useText } from '../../../i18n/use-text.ts';

/** As often the page looks again. */
export const lookAgainMs = 10_000;

/** Everything that a retry changes. */
export const operationsReads = [routes.readOperations, routes.listFailedJobs, routes.listDeadLetters].map(
  ({ operation }) => operation,
);

/** Plain words for queues, jobs and consumers; what has none yet is shown as the program calls it. */
export const useNames = () => {
  const t = useText('admin');
  return useMemo(() => {
    const nameIn = (kind: string) => (name: string) =>
      i18next.exists(`admin:operations.${kind}.${name}`) ? t(`operations.${kind}.${name}`) : name;
    return { queue: nameIn('queue'), job: nameIn('job'), consumer: nameIn('consumer') };
  }, [t]);
};
