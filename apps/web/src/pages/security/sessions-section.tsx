import type { OwnSession } from '@muster/contracts';
import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call, read, routes } from '../../api/client.ts';
import { notify } from '../../app/notify.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { SecuritySection } from './section.tsx';
import classes from './security.module.css';

/** The country's name in the reader's language. */
const useCountryName = () => {
  const t = useText('security');
  const { i18n } = useTranslation();
  return (country: string | null): string =>
    country === null
      ? t('sessions.nowhere')
      : (new Intl.DisplayNames([i18n.language], { type: 'region' }).of(country) ?? country);
};

const SessionRow = ({ session, onEnded }: { readonly session: OwnSession; readonly onEnded: () => Promise<void> }) => {
  const t = useText('security');
  const formats = useFormats();
  const countryName = useCountryName();
  const end = async () => {
    await call(routes.endSession, { params: { sessionId: session.sessionId } });
    await onEnded();
    void notify({ text: t('sessions.ended') });
  };
  return (
    <li>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={560} size="sm" truncate>
              {session.deviceName}
            </Text>
            {session.isThis && (
              <Badge variant="light" size="sm">
                {t('sessions.this')}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {countryName(session.country)} · {t('sessions.since', { day: formats.day(session.startedAt) })} ·{' '}
            {t('sessions.used')} <RelativeTime at={session.lastUsedAt} />
          </Text>
        </div>
        {!session.isThis && (
          <Button
            variant="default"
            size="xs"
            style={{ flex: 'none' }}
            aria-label={t('sessions.end-open', { name: session.deviceName })}
            onClick={() => void end()}
          >
            {t('sessions.end')}
          </Button>
        )}
      </Group>
    </li>
  );
};

/** Where the account is signed in, and how to sign out there. */
export const SessionsSection = () => {
  const t = useText('security');
  const queries = useQueryClient();
  const list = read(routes.listSessions, {});
  const sessions = useQuery(list);
  const loadAgain = () => queries.invalidateQueries({ queryKey: list.queryKey });
  const endOthers = async () => {
    const { ended } = await call(routes.endOtherSessions, {});
    await loadAgain();
    void notify({ text: t('sessions.others-ended', { count: ended }) });
  };
  const items = sessions.data?.items ?? [];
  return (
    <SecuritySection title={t('sessions.section')} hint={t('sessions.section-hint')}>
      {sessions.isPending && <LoadingBlock height={90} />}
      {sessions.isError && !sessions.data && (
        <ErrorNotice error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      {items.length > 0 && (
        <ul className={classes.rows}>
          {items.map((session) => (
            <SessionRow key={session.sessionId} session={session} onEnded={loadAgain} />
          ))}
        </ul>
      )}
      {items.length > 1 && (
        <Group>
          <ConfirmAction
            title={t('sessions.others-title')}
            consequence={t('sessions.others-consequence', { count: items.length - 1 })}
            verb={t('sessions.others')}
            danger
            onConfirm={endOthers}
          >
            {(open) => (
              <Button variant="default" onClick={open}>
                {t('sessions.others')}
              </Button>
            )}
          </ConfirmAction>
        </Group>
      )}
    </SecuritySection>
  );
};
