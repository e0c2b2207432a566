import type { RouteAnswer } from '@muster/contracts';
import { Alert, Text, Title } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { routes } from '../../../api/client.ts';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../admin.module.css';
import { useNames } from './use-names.ts';

type Operations = RouteAnswer<typeof routes.readOperations>;
type Queue = NonNullable<Operations['queues']>[number];
type Consumer = Operations['consumers'][number];

/** A figure that should be zero stands out when it is not. */
const Figure = ({ value, isTrouble = false }: { readonly value: number; readonly isTrouble?: boolean }) => {
  const formats = useFormats();
  return <span {...(isTrouble && value > 0 ? { className: classes.trouble ?? '' } : {})}>{formats.number(value)}</span>;
};

const isBusy = ({ waiting, later, active, failed }: Queue): boolean => waiting + later + active + failed > 0;

const useQueueColumns = (): DataColumn<Queue>[] => {
  const t = useText('admin');
  const names = useNames();
  return useMemo(
    () => [
      { key: 'name', header: t('operations.work-of'), grow: true, cell: ({ name }) => names.queue(name) },
      { key: 'active', header: t('operations.active'), numeric: true, cell: ({ active }) => <Figure value={active} /> },
      {
        key: 'waiting',
        header: t('operations.waiting'),
        numeric: true,
        cell: ({ waiting }) => <Figure value={waiting} />,
      },
      {
        key: 'later',
        header: t('operations.later'),
        numeric: true,
        visibleFrom: 'sm',
        cell: ({ later }) => <Figure value={later} />,
      },
      {
        key: 'failed',
        header: t('operations.given-up'),
        numeric: true,
        cell: ({ failed }) => <Figure value={failed} isTrouble />,
      },
    ],
    [t, names],
  );
};

/** Jobs by the service they belong to; a queue with nothing in it is only named. */
export const Queues = ({ queues }: { readonly queues: Operations['queues'] }) => {
  const t = useText('admin');
  const formats = useFormats();
  const names = useNames();
  const columns = useQueueColumns();
  const idle = (queues ?? []).filter((queue) => !isBusy(queue)).map(({ name }) => names.queue(name));
  return (
    <section aria-label={t('operations.queues')}>
      <Title order={2}>{t('operations.queues')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('operations.queues-lead')}
      </Text>
      {queues === null ? (
        <Alert
          role="alert"
          color="red"
          icon={<IconPlugConnectedX size={20} stroke={1.7} />}
          title={t('operations.queues-away')}
        >
          {t('operations.queues-away-hint')}
        </Alert>
      ) : (
        <>
          <DataTable
            label={t('operations.queues')}
            rows={queues.filter(isBusy)}
            columns={columns}
            rowKey={({ name }) => name}
          />
          {idle.length > 0 && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('operations.idle', { queues: formats.list(idle) })}
            </Text>
          )}
        </>
      )}
    </section>
  );
};

const useConsumerColumns = (): DataColumn<Consumer>[] => {
  const t = useText('admin');
  const formats = useFormats();
  const names = useNames();
  return useMemo(
    () => [
      { key: 'name', header: t('operations.consumer-of'), grow: true, cell: ({ name }) => names.consumer(name) },
      {
        key: 'waiting',
        header: t('operations.waiting'),
        numeric: true,
        cell: ({ waiting }) => <Figure value={waiting} />,
      },
      {
        key: 'oldest',
        header: t('operations.oldest'),
        numeric: true,
        cell: ({ oldestAgeMs }) => (oldestAgeMs === 0 ? '–' : formats.duration(oldestAgeMs)),
      },
      {
        key: 'dead',
        header: t('operations.given-up'),
        numeric: true,
        cell: ({ deadLetters }) => <Figure value={deadLetters} isTrouble />,
      },
    ],
    [t, formats, names],
  );
};

/** Who takes in what has happened, and how far behind it is. */
export const Consumers = ({ consumers }: { readonly consumers: readonly Consumer[] }) => {
  const t = useText('admin');
  const columns = useConsumerColumns();
  return (
    <section aria-label={t('operations.consumers')}>
      <Title order={2}>{t('operations.consumers')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('operations.consumers-lead')}
      </Text>
      <DataTable label={t('operations.consumers')} rows={consumers} columns={columns} rowKey={({ name }) => name} />
    </section>
  );
};
