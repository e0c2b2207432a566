import { Button, Center } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyNotice } from '../components/empty-notice.tsx';
import { useText } from '../i18n/use-text.ts';

export const NotFoundPage = () => {
  const t = useText('app');
  return (
    <Center mih="60dvh" component="main">
      <EmptyNotice
        isWholePage
        icon={IconMapQuestion}
        title={t('not-found.title')}
        hint={t('not-found.hint')}
        action={
          <Button component={Link} to="/" variant="light">
            {t('not-found.home')}
          </Button>
        }
      />
    </Center>
  );
};
