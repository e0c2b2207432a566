import { Anchor, Button, Code, Group, List, Stack, Text, TextInput } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { type SubmitEvent, lazy, Suspense, useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import classes from './security.module.css';

const QrCode = lazy(async () => ({ default: (await import('../../components/qr-code.tsx')).QrCode }));

interface TotpSetUpProps {
  readonly totp: { readonly secret: string; readonly uri: string };
  /** Rejects when the code is not right. */
  readonly onCode: (code: string) => Promise<void>;
  readonly onCancel: () => void;
}

/** The code to scan, the secret to type where nothing can be scanned, and the first code back. */
export const TotpSetUp = ({ totp, onCode, onCancel }: TotpSetUpProps) => {
  const t = useText('security');
  const [code, setCode] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (code.trim() === '' || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await onCode(code);
    } catch (failure) {
      setError(failure);
      setCode('');
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <List type="ordered" size="sm" spacing={6}>
          <List.Item>{t('totp.step-app')}</List.Item>
          <List.Item>{t('totp.step-scan')}</List.Item>
          <List.Item>{t('totp.step-code')}</List.Item>
        </List>
        <div className={classes.qr}>
          <Suspense>
            <QrCode text={totp.uri} label={t('totp.qr')} />
          </Suspense>
        </div>
        <div>
          <Anchor href={totp.uri} size="sm">
            <IconExternalLink size={14} stroke={1.8} aria-hidden /> {t('totp.open')}
          </Anchor>
          <Text size="sm" c="dimmed" mt={6}>
            {t('totp.type')}
          </Text>
          <Code className={classes.secret ?? ''}>{(totp.secret.match(/.{1,4}/g) ?? []).join(' ')}</Code>
        </div>
        {error !== null && <ErrorNotice error={error} />}
        <TextInput
          label={t('code.label')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group grow>
          <Button variant="default" onClick={onCancel} disabled={isBusy}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('totp.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
