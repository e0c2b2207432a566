import type { FactorSetUp, OwnSecurity } from '@muster/contracts';
import { ActionIcon, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconFingerprint, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { makePasskey, supportsPasskeys } from '../../api/passkeys.ts';
import { deviceName } from '../../api/session-store.ts';
import { notify } from '../../app/notify.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecuritySection } from './section.tsx';
import classes from './security.module.css';
import { TotpSetUp } from './totp-set-up.tsx';

type Begun = FactorSetUp & { readonly challenge: string };

/** Begins and finishes factors; the codes that come with the first one have to be seen before anything else. */
const useFactors = () => {
  const t = useText('security');
  const queries = useQueryClient();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const loadAgain = () => queries.invalidateQueries({ queryKey: read(routes.readSecurity, {}).queryKey });
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const beginTotp = () =>
    attempt(async () => setBegun(await call(routes.beginFactor, { body: { factor: 'totp' as const } })));
  const finishTotp = async (code: string) => {
    if (!begun) return;
    const factor = { kind: 'totp' as const, code };
    const kept = await call(routes.finishFactor, { body: { challenge: begun.challenge, factor } });
    setBegun(null);
    setCodes(kept.recoveryCodes);
    await loadAgain();
    void notify({ text: t('totp.added') });
  };
  const addPasskey = () =>
    attempt(async () => {
      const asked = await call(routes.beginFactor, { body: { factor: 'passkey' as const } });
      const response = asked.passkey && (await makePasskey(asked.passkey));
      if (!response) return;
      const factor = { kind: 'passkey' as const, name: deviceName().slice(0, 60), response };
      const kept = await call(routes.finishFactor, { body: { challenge: asked.challenge, factor } });
      setCodes(kept.recoveryCodes);
      await loadAgain();
      void notify({ text: t('passkey.added') });
    });
  const renewCodes = async () => {
    const renewed = await call(routes.renewRecoveryCodes, {});
    setCodes(renewed.recoveryCodes);
    await loadAgain();
  };
  return { begun, setBegun, codes, setCodes, isBusy, error, loadAgain, beginTotp, finishTotp, addPasskey, renewCodes };
};

type Factors = ReturnType<typeof useFactors>;

const Totp = ({ security, factors }: { readonly security: OwnSecurity; readonly factors: Factors }) => {
  const t = useText('security');
  const formats = useFormats();
  if (factors.begun?.totp) {
    return <TotpSetUp totp={factors.begun.totp} onCode={factors.finishTotp} onCancel={() => factors.setBegun(null)} />;
  }
  if (!security.totpSince) {
    return (
      <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => void factors.beginTotp()}>
        {t('totp.add')}
      </Button>
    );
  }
  const remove = async () => {
    await call(routes.removeTotp, {});
    await factors.loadAgain();
    void notify({ text: t('totp.removed') });
  };
  return (
    <Group justify="space-between">
      <Text size="sm">{t('totp.since', { day: formats.longDay(security.totpSince) })}</Text>
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={() => void factors.beginTotp()}>
          {t('totp.replace')}
        </Button>
        <ConfirmAction
          title={t('totp.remove-title')}
          consequence={t('totp.remove-consequence')}
          verb={t('remove')}
          danger
          onConfirm={remove}
        >
          {(open) => (
            <Button variant="default" size="xs" onClick={open}>
              {t('remove')}
            </Button>
          )}
        </ConfirmAction>
      </Group>
    </Group>
  );
};

const Passkeys = ({ security, factors }: { readonly security: OwnSecurity; readonly factors: Factors }) => {
  const t = useText('security');
  const formats = useFormats();
  const remove = async (passkeyId: string) => {
    await call(routes.removePasskey, { params: { passkeyId } });
    await factors.loadAgain();
    void notify({ text: t('passkey.removed') });
  };
  return (
    <>
      {security.passkeys.length > 0 && (
        <ul className={classes.rows}>
          {security.passkeys.map((passkey) => (
            <li key={passkey.passkeyId}>
              <Group justify="space-between" wrap="nowrap">
                <div style={{ minWidth: 0 }}>
                  <Text fw={560} size="sm" truncate>
                    {passkey.name}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {t('passkey.since', { day: formats.day(passkey.madeAt) })}
                    {passkey.lastUsedAt && ` · ${t('passkey.used', { day: formats.day(passkey.lastUsedAt) })}`}
                  </Text>
                </div>
                <ConfirmAction
                  title={t('passkey.remove-title', { name: passkey.name })}
                  consequence={t('passkey.remove-consequence')}
                  verb={t('remove')}
                  danger
                  onConfirm={() => remove(passkey.passkeyId)}
                >
                  {(open) => (
                    <ActionIcon
                      size={42}
                      variant="subtle"
                      color="gray"
                      aria-label={t('passkey.remove-open', { name: passkey.name })}
                      onClick={open}
                    >
                      <IconTrash size={18} stroke={1.7} />
                    </ActionIcon>
                  )}
                </ConfirmAction>
              </Group>
            </li>
          ))}
        </ul>
      )}
      {supportsPasskeys() ? (
        <Button
          variant="default"
          loading={factors.isBusy}
          leftSection={<IconFingerprint size={18} stroke={1.7} />}
          onClick={() => void factors.addPasskey()}
        >
          {t('passkey.add')}
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          {t('passkey.unsupported')}
        </Text>
      )}
    </>
  );
};

const Codes = ({ security, factors }: { readonly security: OwnSecurity; readonly factors: Factors }) => {
  const t = useText('security');
  return (
    <Group justify="space-between">
      <Group gap="xs">
        <Text size="sm">{t('codes.left', { count: security.recoveryCodesLeft })}</Text>
        {security.recoveryCodesLeft < 3 && <Badge color="orange">{t('codes.few')}</Badge>}
      </Group>
      <ConfirmAction
        title={t('codes.renew-title')}
        consequence={t('codes.renew-consequence')}
        verb={t('codes.renew')}
        onConfirm={factors.renewCodes}
      >
        {(open) => (
          <Button variant="default" size="xs" onClick={open}>
            {t('codes.renew')}
          </Button>
        )}
      </ConfirmAction>
    </Group>
  );
};

/** Authenticator app, passkeys and the codes that stand in for them. */
export const FactorsSection = ({ security }: { readonly security: OwnSecurity }) => {
  const t = useText('security');
  const factors = useFactors();
  const { codes } = factors;
  if (codes) {
    return (
      <SecuritySection title={t('codes.section')} hint={t('codes.section-hint')}>
        <RecoveryCodes codes={codes} onDone={() => factors.setCodes(null)} />
      </SecuritySection>
    );
  }
  const hasFactor = security.totpSince !== null || security.passkeys.length > 0;
  return (
    <>
      {factors.error !== null && <ErrorNotice error={factors.error} />}
      <SecuritySection title={t('passkey.section')} hint={t('passkey.section-hint')}>
        <Stack gap="sm" align="stretch">
          <Passkeys security={security} factors={factors} />
        </Stack>
      </SecuritySection>
      <SecuritySection title={t('totp.section')} hint={t('totp.section-hint')}>
        <Totp security={security} factors={factors} />
      </SecuritySection>
      {hasFactor && (
        <SecuritySection title={t('codes.section')} hint={t('codes.section-hint')}>
          <Codes security={security} factors={factors} />
        </SecuritySection>
      )}
    </>
  );
};
