import type { ApiKey } from '@muster/contracts';
import { Badge, Button, Group, Text } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { deviceNowMs } from '../../../app/clock.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { SecuritySection } from '../../security/section.tsx';
import classes from '../admin.module.css';
import { MakeKey } from './make-key.tsx';
import { usePermissionName } from './permission-name.ts';

const KeyLine = ({ apiKey, onRevoked }: { readonly apiKey: ApiKey; readonly onRevoked: () => Promise<void> }) => {
  const t = useText('integrations');
  const formats = useFormats();
  const nameOf = usePermissionName();
  const { keyId, name, permissions, madeBy, madeAt, expiresAt, revokedAt } = apiKey;
  const isOver = revokedAt !== null || Date.parse(expiresAt) <= deviceNowMs();
  const revoke = async () => {
    await call(routes.revokeApiKey, { params: { keyId } });
    await onRevoked();
    void notify({ text: t('keys.revoked-now') });
  };
  const end =
    revokedAt === null
      ? t(isOver ? 'keys.expired' : 'keys.until', { day: formats.day(expiresAt) })
      : t('keys.revoked', { day: formats.day(revokedAt) });
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={560} size="sm" truncate {...(isOver && { c: 'dimmed' })}>
              {name}
            </Text>
            <Badge variant="light" size="sm" {...(isOver && { color: 'gray' })}>
              {end}
            </Badge>
          </Group>
          <Text size="sm">{formats.list(permissions.map(nameOf))}</Text>
          <Text size="sm" c="dimmed">
            {t('keys.by', { name: madeBy, day: formats.day(madeAt) })}
          </Text>
        </div>
        {!isOver && (
          <ConfirmAction
            title={t('keys.revoke-title', { name })}
            consequence={t('keys.revoke-consequence')}
            verb={t('keys.revoke-verb')}
            onConfirm={revoke}
            danger
          >
            {(open) => (
              <Button
                variant="default"
                size="xs"
                style={{ flex: 'none' }}
                aria-label={t('keys.revoke-open', { name })}
                onClick={open}
              >
                {t('keys.revoke')}
              </Button>
            )}
          </ConfirmAction>
        )}
      </Group>
    </li>
  );
};

/** Keys of programs: which there are, and what they may do. */
export const ApiKeysSection = () => {
  const t = useText('integrations');
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const list = read(routes.listApiKeys, {});
  const keys = useQuery(list);
  const loadAgain = () => queries.invalidateQueries({ queryKey: list.queryKey });
  const content = () => {
    if (keys.isPending) return <LoadingBlock height={120} />;
    if (!keys.data) return <ErrorNotice error={keys.error} onRetry={() => void keys.refetch()} />;
    if (keys.data.items.length === 0) {
      return isMaking ? null : <EmptyNotice icon={IconKey} title={t('keys.none')} hint={t('keys.none-hint')} />;
    }
    return (
      <ul className={classes.list} aria-label={t('keys.list')}>
        {keys.data.items.map((apiKey) => (
          <KeyLine key={apiKey.keyId} apiKey={apiKey} onRevoked={loadAgain} />
        ))}
      </ul>
    );
  };
  return (
    <SecuritySection title={t('keys.title')} hint={t('keys.hint')}>
      {isMaking ? (
        <MakeKey onMade={loadAgain} onClose={() => setMaking(false)} />
      ) : (
        <Group>
          <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
            {t('keys.make')}
          </Button>
        </Group>
      )}
      {content()}
    </SecuritySection>
  );
};
