import { Box, Button, Group, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconRefresh, IconWifiOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { onNewVersion } from './start-service-worker.ts';

/** One quiet line at the top of a page: offline, or a new version that waits for the reader. */
export const ConnectionNotice = () => {
  const t = useText('app');
  const { online } = useNetwork();
  const [apply, setApply] = useState<(() => void) | null>(null);
  useEffect(() => onNewVersion((next) => setApply(() => next)), []);
  if (online && !apply) return null;
  return (
    <Box role="status" px="md" py={6} bg={online ? 'var(--muster-hover)' : 'var(--state-unknown-soft)'} data-no-print>
      <Group gap="xs" justify="center" wrap="nowrap">
        {online ? <IconRefresh size={16} aria-hidden /> : <IconWifiOff size={16} aria-hidden />}
        <Text size="sm">{t(online ? 'new-version' : 'offline')}</Text>
        {online && apply && (
          <Button size="compact-xs" variant="light" onClick={apply}>
            {t('reload')}
          </Button>
        )}
      </Group>
    </Box>
  );
};
