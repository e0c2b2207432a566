import { Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { BrandMark } from '../../app/brand.tsx';
import { mainId } from '../../app/skip-link.tsx';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { Notice } from '../../components/notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { usePasswordFlaw } from '../security/password-form.tsx';

const SignInLink = () => {
  const t = useText('security');
  return (
    <Button component={Link} to="/sign-in">
      {t('set-password.sign-in')}
    </Button>
  );
};

const Form = ({ token, minLength }: { readonly token: string; readonly minLength: number }) => {
  const t = useText('security');
  const flawOf = usePasswordFlaw();
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (password === '' || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await call(routes.setPasswordByLink, { body: { token, password } });
      setDone(true);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  if (isDone) {
    const hint = t('set-password.done-hint');
    return (
      <Notice icon={IconCircleCheck} title={t('set-password.done')} hint={hint} action={<SignInLink />} role="status" />
    );
  }
  const flaw = flawOf(error);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {error !== null && flaw === null && <ErrorNotice error={error} />}
        <PasswordInput
          label={t('password.next')}
          description={t('password.hint', { count: minLength })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="new-password"
          autoFocus
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={flaw ?? (isTried && password === '' ? t('password.missing') : null)}
        />
        <Button type="submit" size="md" loading={isBusy}>
          {t('set-password.save')}
        </Button>
      </Stack>
    </form>
  );
};

/** Where a link leads that sets a password: for the first one, and for a forgotten one. */
export const SetPasswordPage = () => {
  const t = useText('security');
  const token = useLocation({ select: ({ hash }) => hash });
  const link = useQuery({
    queryKey: ['password-link', token],
    queryFn: () => call(routes.readPasswordLink, { body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const hasEnded = isProblem(link.error, 'link-ended', 'request-invalid');
  return (
    <Box mih="100dvh" style={{ display: 'flex', flexDirection: 'column' }}>
      <title>{`${t('set-password.title')} · Muster`}</title>
      <Group justify="flex-end" p="sm" gap={4}>
        <LanguageMenu />
        <ColorSchemeToggle />
      </Group>
      <Center component="main" id={mainId} style={{ flex: 1 }} p="md" pb="15vh">
        <Stack w="100%" maw={420} gap="lg">
          <Group gap="sm" wrap="nowrap">
            <BrandMark size={44} />
            <div>
              <Title order={1} size="h2" lh={1.15}>
                {t('set-password.title')}
              </Title>
              {link.data && (
                <Text size="sm" c="dimmed">
                  {t('set-password.for', { name: link.data.displayName, organization: link.data.organizationName })}
                </Text>
              )}
            </div>
          </Group>
          <Paper p="lg" shadow="xs">
            {link.isPending && <LoadingBlock height={120} />}
            {hasEnded && (
              <Notice
                icon={IconLinkOff}
                title={t('set-password.ended')}
                hint={t('set-password.ended-hint')}
                action={<SignInLink />}
                role="alert"
              />
            )}
            {link.isError && !hasEnded && <ErrorNotice error={link.error} onRetry={() => void link.refetch()} />}
            {link.data && <Form token={token} minLength={link.data.minLength} />}
          </Paper>
        </Stack>
      </Center>
    </Box>
  );
};
