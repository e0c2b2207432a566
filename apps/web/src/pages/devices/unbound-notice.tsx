import { Alert, Anchor, Group, Text } from '@mantine/core';
import { IconDeviceMobile } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useText } from '../../i18n/use-text.ts';

/** Somebody stands beside a teacher who is about to approve it. */
const lookAgainMs = 10_000;

/** For a member on a device that is not theirs: what that means before they stand at the gate. */
export const UnboundNotice = () => {
  const t = useText('devices');
  const queries = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => void queries.invalidateQueries({ queryKey: ['session', 'profile'] }), lookAgainMs);
    return () => clearInterval(timer);
  }, [queries]);
  return (
    <Alert
      color="orange"
      icon={<IconDeviceMobile size={20} stroke={1.7} />}
      title={t('notice.title')}
      role="status"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Text size="sm">{t('notice.waiting')}</Text>
      <Group gap="md">
        <Anchor component={Link} to="/security" size="sm" py={4} c="inherit" td="underline">
          {t('notice.look')}
        </Anchor>
        <Anchor component={Link} to="/register" size="sm" py={4} c="inherit" td="underline">
          {t('notice.code')}
        </Anchor>
      </Group>
    </Alert>
  );
};
