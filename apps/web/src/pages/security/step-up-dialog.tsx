import { Anchor, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import type { RouteRequest } from '@muster/contracts';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { askForPasskey, supportsPasskeys } from '../../api/passkeys.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

type Proof = RouteRequest<typeof routes.stepUp>['body']['proof'];

/** Asks for the password, a code or a passkey before something that must not be done by whoever sits there. */
export const StepUpDialog = ({ onAnswer }: { readonly onAnswer: (isYou: boolean) => void }) => {
  const t = useText('security');
  const security = useQuery(read(routes.readSecurity, {}));
  const [kind, setKind] = useState<'password' | 'code'>('password');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const prove = async (find: () => Promise<Proof | null>) => {
    setBusy(true);
    setError(null);
    try {
      const proof = await find();
      if (proof === null) return;
      await call(routes.stepUp, { body: { proof } });
      onAnswer(true);
    } catch (failure) {
      setError(failure);
      setTyped('');
    } finally {
      setBusy(false);
    }
  };
  const byPasskey = async (): Promise<Proof | null> => {
    const { challenge, passkey } = await call(routes.beginPasskeyStepUp, {});
    const response = passkey && (await askForPasskey(passkey));
    return response && { kind: 'passkey', challenge, response };
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (typed === '') return;
    void prove(async () => (kind === 'password' ? { kind, password: typed } : { kind, code: typed }));
  };
  const hasPasskey = supportsPasskeys() && (security.data?.passkeys.length ?? 0) > 0;
  return (
    <Modal opened onClose={() => onAnswer(false)} title={<Text fw={620}>{t('step-up.title')}</Text>}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text size="sm">{t('step-up.why')}</Text>
          {error !== null && <ErrorNotice error={error} />}
          {kind === 'password' ? (
            <PasswordInput
              key="password"
              label={t('password.label')}
              autoComplete="current-password"
              data-autofocus
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          ) : (
            <TextInput
              key="code"
              label={t('code.label')}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={7}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {security.data?.totpSince && (
            <Anchor
              component="button"
              type="button"
              size="sm"
              ta="left"
              onClick={() => {
                setTyped('');
                setKind(kind === 'password' ? 'code' : 'password');
              }}
            >
              {t(kind === 'password' ? 'step-up.by-code' : 'step-up.by-password')}
            </Anchor>
          )}
          {hasPasskey && (
            <Button
              variant="default"
              leftSection={<IconFingerprint size={18} stroke={1.7} />}
              disabled={busy}
              onClick={() => void prove(byPasskey)}
            >
              {t('step-up.by-passkey')}
            </Button>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => onAnswer(false)} disabled={busy}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={busy}>
              {t('step-up.verb')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
