import type { OwnSecurity } from '@muster/contracts';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { read, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { OwnDevices } from '../devices/own-devices.tsx';
import { PageHead } from '../staff/page-head.tsx';
import { FactorsSection } from './factors-section.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecuritySection } from './section.tsx';
import { SessionsSection } from './sessions-section.tsx';

const PasswordSection = ({ security }: { readonly security: OwnSecurity }) => {
  const t = useText('security');
  const formats = useFormats();
  const queries = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const close = () => {
    setChanging(false);
    void queries.invalidateQueries({ queryKey: read(routes.readSecurity, {}).queryKey });
    void queries.invalidateQueries({ queryKey: read(routes.listSessions, {}).queryKey });
  };
  return (
    <SecuritySection title={t('password.section')} hint={t('password.section-hint')}>
      {isChanging ? (
        <PasswordForm minLength={security.passwordMinLength} onClose={close} />
      ) : (
        <Group justify="space-between">
          <Text size="sm">
            {security.passwordChangedAt
              ? t('password.since', { day: formats.longDay(security.passwordChangedAt) })
              : t('password.none')}
          </Text>
          <Button variant="default" size="xs" onClick={() => setChanging(true)}>
            {t('password.change')}
          </Button>
        </Group>
      )}
    </SecuritySection>
  );
};

/** Everybody's own: password, second factors, where one is signed in. */
export const SecurityPage = () => {
  const t = useText('security');
  const security = useQuery(read(routes.readSecurity, {}));
  const content = () => {
    if (security.isPending) return <LoadingBlock height={320} />;
    if (!security.data) return <ErrorNotice error={security.error} onRetry={() => void security.refetch()} />;
    const hasFactor = security.data.totpSince !== null || security.data.passkeys.length > 0;
    return (
      <>
        {security.data.needsSecondFactor && !hasFactor && (
          <Alert color="orange" icon={<IconShieldLock size={20} stroke={1.7} />} title={t('needed.title')}>
            <Text size="sm">{t('needed.hint')}</Text>
          </Alert>
        )}
        <PasswordSection security={security.data} />
        <FactorsSection security={security.data} />
      </>
    );
  };
  return (
    <Stack gap="lg" maw="44rem">
      <PageHead title={t('title')} lead={t('lead')} />
      {content()}
      <OwnDevices />
      <SessionsSection />
    </Stack>
  );
};
