import type { SignInStep } from '@muster/contracts';
import {
  Anchor,
  Box,
  Button,
  Center,
  Divider,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconFingerprint, IconShieldCheck, IconTerminal2 } from '@tabler/icons-react';
import { Navigate, useSearch } from '@tanstack/react-router';
import { lazy, type RefObject, type SubmitEvent, Suspense, useRef, useState } from 'react';
import { signIn } from '../../api/client.ts';
import { supportsPasskeys } from '../../api/passkeys.ts';
import { isProblem } from '../../api/problem.ts';
import { signInByPasskey, stepOf } from '../../api/second-step.ts';
import { BrandMark } from '../../app/brand.tsx';
import { homeOf, useSession } from '../../app/session.tsx';
import { mainId } from '../../app/skip-link.tsx';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { LinkText } from '../staff/links.tsx';
import { OrganizationSignIn } from './organization-sign-in.tsx';

const SecondStep = lazy(async () => ({ default: (await import('./second-step.tsx')).SecondStep }));

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
  const [step, setStep] = useState<SignInStep | null>(null);
  const byPasskey = async () => {
    setBusy(true);
    setError(null);
    try {
      await signInByPasskey();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const startAgain = () => {
    setStep(null);
    setPassword('');
    setTried(false);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!identifier.trim()) return identifierField.current?.focus();
    if (!password) return passwordField.current?.focus();
    setBusy(true);
    setError(null);
    try {
      const words = {
        identifier: identifier.trim(),
        password,
        organization: organization.trim() || undefined,
      };
      const { asThisDevice } = await import('../../api/device-key.ts');
      await asThisDevice((device) => signIn({ ...words, device }));
    } catch (failure) {
      setBusy(false);
      const next = stepOf(failure);
      if (next) return setStep(next);
      setError(failure);
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
    step,
    byPasskey,
    startAgain,
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

interface FirstStepProps {
  readonly form: ReturnType<typeof useSignInForm>;
  readonly identifierField: RefObject<HTMLInputElement | null>;
  readonly passwordField: RefObject<HTMLInputElement | null>;
}

const FirstStep = ({ form, identifierField, passwordField }: FirstStepProps) => {
  const t = useText('sign-in');
  return (
    <Paper p="lg" shadow="xs" component="form" noValidate onSubmit={(event: SubmitEvent) => void form.submit(event)}>
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
        {supportsPasskeys() && <Divider label={t('or')} />}
        {supportsPasskeys() && (
          <Button
            size="md"
            variant="default"
            disabled={form.busy}
            leftSection={<IconFingerprint size={18} stroke={1.7} />}
            onClick={() => void form.byPasskey()}
          >
            {t('by-passkey')}
          </Button>
        )}
      </Stack>
    </Paper>
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
          {form.step ? (
            <Paper p="lg" shadow="xs">
              <Suspense fallback={<LoadingBlock height={240} />}>
                <SecondStep step={form.step} onBack={form.startAgain} />
              </Suspense>
            </Paper>
          ) : (
            <>
              <FirstStep form={form} identifierField={identifierField} passwordField={passwordField} />
              <OrganizationSignIn disabled={form.busy} />
              <Group justify="space-between" gap="xs">
                <LinkText to="/register" size="sm" py={4}>
                  {t('by-code')}
                </LinkText>
                <LinkText to="/forgot-password" size="sm" py={4}>
                  {t('forgotten')}
                </LinkText>
              </Group>
            </>
          )}
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
