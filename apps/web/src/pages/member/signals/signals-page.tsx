import { List, Paper, Stack, Text, Title } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import type { Signal } from '@muster/contracts';
import { useProfile } from '../../../app/session.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { BackLink } from '../back-link.tsx';
import { useRisk } from './use-risk.ts';

const SignalCard = ({ signal }: { readonly signal: Signal }) => {
  const t = useText('member');
  const formats = useFormats();
  return (
    <Paper component="article">
      <Stack gap="xs">
        <div>
          <Title order={2} size="h3">
            {t(`signals.kind.${signal.kind}`)}
          </Title>
          <Text size="xs" c="dimmed">
            <RelativeTime at={signal.observedAt} /> ·{' '}
            {t('signals.points', { count: Math.round(signal.points), points: formats.number(signal.points) })}
          </Text>
        </div>
        <Text size="sm">{signal.sentence}</Text>
        {signal.innocentExplanations.length > 0 && (
          <div>
            <Text size="sm" fw={560}>
              {t('signals.innocent')}
            </Text>
            <List size="sm">
              {signal.innocentExplanations.map((explanation) => (
                <List.Item key={explanation}>{explanation}</List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </Paper>
  );
};

export const SignalsPage = () => {
  const t = useText('member');
  const { userId } = useProfile();
  const query = useRisk(userId);
  return (
    <Stack>
      <div>
        <BackLink to="/my" />
        <Title order={1}>{t('signals.title')}</Title>
        <Text size="sm" c="dimmed" mt={4}>
          {t('signals.explained')}
        </Text>
      </div>
      {query.isPending && <LoadingBlock />}
      {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && query.data.signals.length > 0 && (
        <Paper>
          <Text fw={560}>{t(`signals.level.${query.data.level}`)}</Text>
        </Paper>
      )}
      {query.data?.signals.length === 0 && (
        <Paper p={0}>
          <EmptyNotice icon={IconShieldCheck} title={t('signals.none')} />
        </Paper>
      )}
      {query.data?.signals.map((signal) => (
        <SignalCard key={signal.signalId} signal={signal} />
      ))}
    </Stack>
  );
};
