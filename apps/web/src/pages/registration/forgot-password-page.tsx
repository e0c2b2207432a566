import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { Frame } from './frame.tsx';

/** The same is said whether there is such an account or not. */
const Form = ({ onSent }: { readonly onSent: () => void }) => {
  const t = useText('registration');
  const [identifier, setIdentifier] = useState('');
  const [organization, setOrganization] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isNumber = identifier.trim() !== '' && !identifier.includes('@');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const typed = { identifier: identifier.trim(), organization: isNumber ? organization.trim() : undefined };
    if (isBusy || typed.identifier === '' || typed.organization === '') return;
    setBusy(true);
    setError(null);
    try {
      const { organization: shortName, ...rest } = typed;
      const body = shortName === undefined ? rest : { ...rest, organization: shortName };
      await call(routes.askForPasswordLink, { body });
      onSent();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const waitSeconds = isProblem(error, 'too-many-requests') ? error.retryAfterSeconds : undefined;
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {error !== null && (
          <ErrorNotice error={error}>
            {waitSeconds !== undefined && (
              <Text size="sm">{t('forgot.wait', { count: Math.ceil(waitSeconds / 60) })}</Text>
            )}
          </ErrorNotice>
        )}
        <TextInput
          label={t('forgot.identifier')}
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          autoFocus
          size="md"
          value={identifier}
          onChange={(event) => setIdentifier(event.currentTarget.value)}
          error={isTried && identifier.trim() === '' ? t('forgot.identifier-missing') : null}
        />
        {isNumber && (
          <TextInput
            label={t('forgot.organization')}
            description={t('forgot.organization-hint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="organization"
            autoCapitalize="none"
            size="md"
            value={organization}
            onChange={(event) => setOrganization(event.currentTarget.value)}
            error={isTried && organization.trim() === '' ? t('forgot.organization-missing') : null}
          />
        )}
        <Button type="submit" size="md" loading={isBusy}>
          {t('forgot.send')}
        </Button>
      </Stack>
    </form>
  );
};

/** For who has forgotten the password: a link by e-mail, or whom to ask. */
export const ForgotPasswordPage = () => {
  const t = useText('registration');
  const [isSent, setSent] = useState(false);
  return (
    <Frame
      title={t('forgot.title')}
      lead={t('forgot.lead')}
      below={
        <>
          <div>
            <Text size="sm" fw={560}>
              {t('forgot.no-email')}
            </Text>
            <Text size="sm" c="dimmed">
              {t('forgot.no-email-hint')}
            </Text>
          </div>
          <Group justify="space-between">
            <Anchor component={Link} to="/sign-in" size="sm" py={4}>
              {t('to-sign-in')}
            </Anchor>
            <Anchor component={Link} to="/register" size="sm" py={4}>
              {t('forgot.have-code')}
            </Anchor>
          </Group>
        </>
      }
    >
      {isSent ? (
        <Notice icon={IconMailForward} title={t('forgot.sent')} hint={t('forgot.sent-hint')} role="status" />
      ) : (
        <Form onSent={() => setSent(true)} />
      )}
    </Frame>
  );
};
