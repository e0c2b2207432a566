import type { geoRoutes, PhoneClient, RouteAnswer } from '@muster/contracts';
import { Alert, Button, CopyButton, Group, List, Paper, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCheck, IconCopy, IconExternalLink, IconKey } from '@tabler/icons-react';
import i18next from 'i18next';
import { type SubmitEvent, lazy, Suspense, useEffect, useRef, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { newId } from '../../../api/ids.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from './phone-apps.module.css';

type Added = RouteAnswer<typeof geoRoutes.addPhoneClient>;

const QrCode = lazy(async () => ({ default: (await import('../../../components/qr-code.tsx')).QrCode }));
const isAndroid = /Android/.test(navigator.userAgent);
const isApple = /iPhone|iPad/.test(navigator.userAgent);

/** The apps, those that run on this phone first. */
const clients: readonly PhoneClient[] = isApple
  ? ['owntracks', 'overland', 'traccar', 'gpslogger']
  : ['owntracks', 'traccar', 'gpslogger', 'overland'];

const thisPhone = (): string => (isAndroid ? 'Android' : isApple ? 'iPhone' : '');

/** The steps in the reader's language; the server's are English. */
const useSteps = () => {
  const t = useText('phone-apps');
  return ({ client, steps, setupLink }: Added): readonly string[] => {
    if (i18next.language === 'en') return steps;
    const device = new URL(setupLink ?? 'none:').searchParams.get('id') ?? '';
    return ['1', '2', '3', '4'].map((number) => t(`steps.${client}.${number}`, { device }));
  };
};

const Copy = ({ text }: { readonly text: string }) => {
  const t = useText('phone-apps');
  return (
    <CopyButton value={text} timeout={2_500}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} stroke={1.7} />}
        >
          <span aria-live="polite">{t(copied ? 'copied' : 'copy')}</span>
        </Button>
      )}
    </CopyButton>
  );
};

/** Shown once: whoever has the address can report positions in this member's name. */
const SetUp = ({ added, onClose }: { readonly added: Added; readonly onClose: () => void }) => {
  const t = useText('phone-apps');
  const stepsOf = useSteps();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack>
      <Title order={2} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
        {t('set-up', { client: t(`client.${added.client}`) })}
      </Title>
      <Alert color="gray" icon={<IconKey size={20} stroke={1.7} />} title={t('once.title')}>
        <Text size="sm">{t('once.hint')}</Text>
      </Alert>
      <List type="ordered" size="sm" spacing={6}>
        {stepsOf(added).map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        {added.setupLink && (
          <Button component="a" href={added.setupLink} leftSection={<IconExternalLink size={16} stroke={1.7} />}>
            {t('open', { client: t(`client.${added.client}`) })}
          </Button>
        )}
        <Copy text={added.url} />
      </Group>
      <div>
        <Text size="sm" c="dimmed" mb={6}>
          {t('other-phone')}
        </Text>
        <div className={classes.code}>
          <Suspense>
            <QrCode text={added.setupLink ?? added.url} label={t('code-label')} correction="L" />
          </Suspense>
        </div>
        <Text size="xs" c="dimmed" mt={6} className={classes.address ?? ''}>
          {added.url}
        </Text>
      </div>
      <Button variant="default" onClick={onClose}>
        {t('done')}
      </Button>
    </Stack>
  );
};

interface AddPhoneAppProps {
  readonly onAdded: () => void;
  readonly onClose: () => void;
}

/** Chooses an app, names the phone, and shows how to set it up. */
export const AddPhoneApp = ({ onAdded, onClose }: AddPhoneAppProps) => {
  const t = useText('phone-apps');
  const [client, setClient] = useState<PhoneClient>(clients[0] ?? 'owntracks');
  const [name, setName] = useState(thisPhone);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [added, setAdded] = useState<Added | null>(null);
  const attempt = useRef({ key: newId(), of: '' });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '' || isBusy) return;
    // The same key for the same wish: pressing again after a lost answer sets up one app, not two.
    const of = `${client} ${name.trim()}`;
    if (attempt.current.of !== of) attempt.current = { key: newId(), of };
    setBusy(true);
    setError(null);
    try {
      const body = { client, name: name.trim() };
      setAdded(await call(routes.addPhoneClient, { body }, { idempotencyKey: attempt.current.key }));
      onAdded();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Paper>
      {added ? (
        <SetUp added={added} onClose={onClose} />
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack>
            {error !== null && <ErrorNotice error={error} />}
            <Radio.Group label={t('which')} value={client} onChange={(value) => setClient(value as PhoneClient)}>
              <Stack gap="xs" mt="xs">
                {clients.map((each) => (
                  <Radio.Card key={each} value={each} radius="md" p="sm" className={classes.choice ?? ''}>
                    <Group wrap="nowrap" align="flex-start" gap="sm">
                      <Radio.Indicator mt={2} />
                      <div>
                        <Text fw={560} size="sm">
                          {t(`client.${each}`)}
                        </Text>
                        <Text size="sm" c="dimmed">
                          {t(`about.${each}`)}
                        </Text>
                      </div>
                    </Group>
                  </Radio.Card>
                ))}
              </Stack>
            </Radio.Group>
            <TextInput
              label={t('name')}
              description={t('name-hint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.currentTarget.value)}
              error={isTried && name.trim() === '' ? t('name-missing') : null}
            />
            <Group grow>
              <Button variant="default" onClick={onClose} disabled={isBusy}>
                {t('cancel')}
              </Button>
              <Button type="submit" loading={isBusy}>
                {t('create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Paper>
  );
};
