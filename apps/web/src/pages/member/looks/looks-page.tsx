import { Stack, Text, Title } from '@mantine/core';
import { useProfile } from '../../../app/session.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { BackLink } from '../back-link.tsx';
import { LooksList } from './looks-list.tsx';

export const LooksPage = () => {
  const t = useText('member');
  const { userId } = useProfile();
  return (
    <Stack>
      <div>
        <BackLink to="/my" />
        <Title order={1}>{t('looks.title')}</Title>
        <Text size="sm" c="dimmed" mt={4}>
          {t('looks.explained')}
        </Text>
      </div>
      <LooksList memberId={userId} />
    </Stack>
  );
};
