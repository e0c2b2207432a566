import { Box, Button, Center, Stack } from '@mantine/core';
import { IconLinkOff } from '@tabler/icons-react';
import { Link, Navigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isProblem } from '../../api/problem.ts';
import { returnFromProvider } from '../../api/single-sign-on.ts';
import { homeOf, useSession } from '../../app/session.tsx';
import { mainId } from '../../app/skip-link.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { Notice } from '../../components/notice.tsx';
import { useText } from '../../i18n/use-text.ts';

/** React mounts effects twice while developing; what came back is used once. */
let begun: Promise<void> | null = null;
const finish = (): Promise<void> => {
  begun ??= returnFromProvider(window.location.search);
  return begun;
};

/** Where the browser comes back to from the organization's identity provider. */
export const ReturnPage = () => {
  const t = useText('sign-in');
  const { status, profile } = useSession();
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    finish().catch(setError);
  }, []);
  if (status === 'signed-in' && profile) return <Navigate to={homeOf(profile.role)} replace />;
  const again = (
    <Button component={Link} to="/sign-in" reloadDocument>
      {t('return-again')}
    </Button>
  );
  return (
    <Box mih="100dvh">
      <Center component="main" id={mainId} p="md" mih="60vh">
        <Stack w="100%" maw={420} gap="lg" aria-label={t('return-title')}>
          {error === null ? (
            <LoadingBlock height={160} />
          ) : isProblem(error, 'sign-in-refused') ? (
            <Notice
              icon={IconLinkOff}
              title={t('return-refused')}
              hint={t('return-refused-hint')}
              action={again}
              role="alert"
            />
          ) : (
            <>
              <ErrorNotice error={error} />
              {again}
            </>
          )}
        </Stack>
      </Center>
    </Box>
  );
};
