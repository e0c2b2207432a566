import type { geoRoutes, RouteAnswer } from '@muster/contracts';
import { ActionIcon, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconDeviceMobileOff, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import { Section } from '../section.tsx';

type Client = RouteAnswer<typeof geoRoutes.listPhoneClients>['items'][number];

const ConfirmAction = lazy(async () => ({
  default: (await import('../../../components/confirm-action.tsx')).ConfirmAction,
}));
const AddPhoneApp = lazy(async () => ({ default: (await import('./add-phone-app.tsx')).AddPhoneApp }));

const ClientRow = ({ client, onRemoved }: { readonly client: Client; readonly onRemoved: () => void }) => {
  const t = useText('phone-apps');
  const remove = async () => {
    await call(routes.removePhoneClient, { params: { phoneClientId: client.phoneClientId } });
    onRemoved();
    void notify({ text: t('removed', { name: client.name }) });
  };
  return (
    <li>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text fw={560} size="sm" truncate>
            {client.name}
          </Text>
          <Text size="sm" c="dimmed">
            {t(`client.${client.client}`)} ·{' '}
            {client.lastHeardAt ? (
              <>
                {t('heard')} <RelativeTime at={client.lastHeardAt} />
              </>
            ) : (
              t('never-heard')
            )}
          </Text>
        </div>
        <Suspense>
          <ConfirmAction
            title={t('remove.title', { name: client.name })}
            consequence={t('remove.consequence')}
            verb={t('remove.verb')}
            danger
            onConfirm={remove}
          >
            {(open) => (
              <ActionIcon
                size={42}
                variant="subtle"
                color="gray"
                aria-label={t('remove.open', { name: client.name })}
                onClick={open}
              >
                <IconTrash size={18} stroke={1.7} />
              </ActionIcon>
            )}
          </ConfirmAction>
        </Suspense>
      </Group>
    </li>
  );
};

/** The phone apps that may report the own position in the background, and how to set one up. */
export const PhoneAppsPage = () => {
  const t = useText('phone-apps');
  const queries = useQueryClient();
  const list = read(routes.listPhoneClients, {});
  const query = useQuery(list);
  const [isAdding, setAdding] = useState(false);
  const loadAgain = () => void queries.invalidateQueries({ queryKey: list.queryKey });
  const clients = query.data?.items ?? [];
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>{t('title')}</Title>
        <Text size="sm" c="dimmed" mt={4}>
          {t('explained')}
        </Text>
      </div>
      {isAdding ? (
        <Suspense fallback={<LoadingBlock height={240} />}>
          <AddPhoneApp onAdded={loadAgain} onClose={() => setAdding(false)} />
        </Suspense>
      ) : (
        <Button size="md" leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      )}
      <Section title={t('list')}>
        {query.isPending && <LoadingBlock height={90} />}
        {query.isError && !query.data && (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('failed')} />
        )}
        {query.isSuccess && clients.length === 0 && (
          <Paper p={0}>
            <EmptyNotice icon={IconDeviceMobileOff} title={t('empty')} hint={t('empty-hint')} />
          </Paper>
        )}
        {clients.length > 0 && (
          <Paper p={0}>
            <ul className={classes.rows}>
              {clients.map((client) => (
                <ClientRow key={client.phoneClientId} client={client} onRemoved={loadAgain} />
              ))}
            </ul>
          </Paper>
        )}
      </Section>
    </Stack>
  );
};
