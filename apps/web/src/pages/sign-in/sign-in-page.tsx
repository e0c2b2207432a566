import { Anchor, Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconShieldCheck, IconTerminal2 } from '@tabler/icons-react';
import { Navigate, useSearch } from '@tanstack/react-router';
import { type RefObject, type SubmitEvent, useRef, useState } from 'react';
import { signIn } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { deviceId, deviceName } from '../../api/session-store.ts';
import { BrandMark } from '../../app/brand.tsx';
import { homeOf, useSession } from '../../app/session.tsx';
import { mainId } from '../../app/skip-link.tsx';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { useText } from '../../i18n/use-text.ts';

/** Somebody tries Muster on this machine; nobody else is shown where the demonstration's sign-ins stand. */
const isThisMachine = ['localhost', '127.0.0.1', '[::1]'].includes(window.location.hostname);

/** What was typed stays after a refusal; the password field is focused to try again. */
const useSignInForm = (
  identifierField: RefObject<HTMLInputElement | null>,
  passwordField: RefObject<HTMLInputElement | null>,
) => {
  const [identifier, setIdentifier] = useState('');
  const [password, setPassword] = useState('');
  const [organization, setOrganization] = useState('');
  const [asksOrganization, setAsksOrganization] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!identifier.trim()) return identifierField.current?.focus();
    if (!password) return passwordField.current?.focus();
    setBusy(true);
    setError(null);
    try {
      await signIn({
        identifier: identifier.trim(),
        password,
        organization: organization.trim() || undefined,
        device: { deviceId: deviceId(), name: deviceName() },
      });
    } catch (failure) {
      setError(failure);
      setBusy(false);
      // The same number may be somebody else's in another organization.
      if (isProblem(failure, 'sign-in-refused') && !identifier.includes('@')) setAsksOrganization(true);
      passwordField.current?.select();
    }
  };
  return {
    identifier,
    setIdentifier,
    password,
    setPassword,
    organization,
    setOrganization,
    asksOrganization,
    setAsksOrganization,
    tried,
    busy,
    error,
    submit,
  };
};

const Problem = ({ error }: { readonly error: unknown }) => {
  const t = useText('sign-in');
  if (error === null) return null;
  const waitSeconds = isProblem(error, 'too-many-requests') ? error.retryAfterSeconds : undefined;
  return (
    <ErrorNotice error={error}>
      {waitSeconds !== undefined && <Text size="sm">{t('wait', { count: Math.ceil(waitSeconds / 60) })}</Text>}
    </ErrorNotice>
  );
};

export const SignInPage = () => {
  const t = useText('sign-in');
  const { status, profile } = useSession();
  const { to } = useSearch({ from: '/sign-in' });
  const identifierField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const form = useSignInForm(identifierField, passwordField);
  if (status === 'signed-in' && profile) return <Navigate to={to ?? homeOf(profile.role)} replace />;
  return (
    <Box mih="100dvh" style={{ display: 'flex', flexDirection: 'column' }}>
      <Group justify="flex-end" p="sm" gap={4}>
        <LanguageMenu />
        <ColorSchemeToggle />
      </Group>
      <Center component="main" id={mainId} style={{ flex: 1 }} p="md" pb="15vh">
        <Stack w="100%" maw={380} gap="lg">
          <Group gap="sm" wrap="nowrap">
            <BrandMark size={44} />
            <div>
              <Title order={1} lh={1.15}>
                Muster
              </Title>
              <Text size="sm" c="dimmed">
                {t('tagline')}
              </Text>
            </div>
          </Group>
          <Paper
            p="lg"
            shadow="xs"
            component="form"
            noValidate
            onSubmit={(event: SubmitEvent) => void form.submit(event)}
          >
            <Stack>
              <Problem error={form.error} />
              <TextInput
                ref={identifierField}
                label={t('identifier')}
                description={t('identifier-hint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                autoComplete="username"
                autoCapitalize="none"
                autoCorrect="off"
                spellCheck={false}
                autoFocus
                size="md"
                value={form.identifier}
                onChange={(event) => form.setIdentifier(event.currentTarget.value)}
                error={form.tried && !form.identifier.trim() ? t('missing-identifier') : null}
              />
              <PasswordInput
                ref={passwordField}
                label={t('password')}
                autoComplete="current-password"
                size="md"
                value={form.password}
                onChange={(event) => form.setPassword(event.currentTarget.value)}
                error={form.tried && !form.password ? t('missing-password') : null}
              />
              {form.asksOrganization ? (
                <TextInput
                  label={t('organization')}
                  description={t('organization-hint')}
                  autoCapitalize="none"
                  size="md"
                  value={form.organization}
                  onChange={(event) => form.setOrganization(event.currentTarget.value)}
                />
              ) : (
                <Anchor
                  component="button"
                  type="button"
                  size="sm"
                  py={4}
                  ta="left"
                  onClick={() => form.setAsksOrganization(true)}
                >
                  {t('with-organization')}
                </Anchor>
              )}
              <Button type="submit" size="md" loading={form.busy}>
                {t('submit')}
              </Button>
            </Stack>
          </Paper>
          <Group gap="xs" wrap="nowrap" align="flex-start" c="dimmed">
            <IconShieldCheck size={18} stroke={1.6} style={{ flex: 'none', marginTop: 1 }} aria-hidden />
            <Text size="sm">{t('privacy')}</Text>
          </Group>
          {isThisMachine && (
            <Group gap="xs" wrap="nowrap" align="flex-start" c="dimmed">
              <IconTerminal2 size={18} stroke={1.6} style={{ flex: 'none', marginTop: 1 }} aria-hidden />
              <Text size="sm">{t('demonstration')}</Text>
            </Group>
          )}
        </Stack>
      </Center>
    </Box>
  );
};
