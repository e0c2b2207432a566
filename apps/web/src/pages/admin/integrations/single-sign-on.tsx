import type { RouteAnswer } from '@muster/contracts';
import { Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { SecuritySection } from '../../security/section.tsx';

type Configured = RouteAnswer<typeof routes.readSingleSignOn>;

const useProviderForm = ({ provider }: Configured) => {
  const [label, setLabel] = useState(provider?.label ?? '');
  const [issuer, setIssuer] = useState(provider?.issuer ?? '');
  const [clientId, setClientId] = useState(provider?.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [domains, setDomains] = useState(provider?.domains.join(', ') ?? '');
  const body = {
    label: label.trim(),
    issuer: issuer.trim(),
    clientId: clientId.trim(),
    domains: domains.split(/[\s,;]+/).filter((domain) => domain !== ''),
    ...(clientSecret === '' ? {} : { clientSecret }),
  };
  const isComplete = body.label !== '' && body.issuer !== '' && body.clientId !== '' && body.domains.length > 0;
  return {
    values: { label, issuer, clientId, clientSecret, domains },
    set: { setLabel, setIssuer, setClientId, setClientSecret, setDomains },
    body,
    isComplete,
  };
};

const ProviderForm = ({
  configured,
  onChanged,
}: {
  readonly configured: Configured;
  readonly onChanged: () => Promise<void>;
}) => {
  const t = useText('integrations');
  const { provider, redirectUri } = configured;
  const { values, set, body, isComplete } = useProviderForm(configured);
  const [isTried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => call(routes.configureSingleSignOn, { body }),
    onSuccess: async () => {
      set.setClientSecret('');
      await onChanged();
      void notify({ text: t('sso.saved') });
    },
  });
  const remove = async () => {
    await call(routes.removeSingleSignOn, {});
    await onChanged();
    void notify({ text: t('sso.removed') });
  };
  const missing = (value: string) => (isTried && value.trim() === '' ? t('sso.missing') : null);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (isComplete) save.mutate();
      }}
    >
      <Stack>
        {save.error && <ErrorNotice error={save.error} />}
        <div>
          <Text size="sm">{t('sso.redirect')}</Text>
          <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
            {redirectUri}
          </Code>
        </div>
        <TextInput
          label={t('sso.issuer')}
          description={t('sso.issuer-hint')}
          placeholder="https://login.school.example"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          value={values.issuer}
          onChange={(event) => set.setIssuer(event.currentTarget.value)}
          error={missing(values.issuer)}
        />
        <TextInput
          label={t('sso.client-id')}
          autoCapitalize="none"
          spellCheck={false}
          value={values.clientId}
          onChange={(event) => set.setClientId(event.currentTarget.value)}
          error={missing(values.clientId)}
        />
        <PasswordInput
          label={t('sso.client-secret')}
          description={provider === null ? undefined : t('sso.secret-kept')}
          autoComplete="off"
          value={values.clientSecret}
          onChange={(event) => set.setClientSecret(event.currentTarget.value)}
        />
        <TextInput
          label={t('sso.domains')}
          description={t('sso.domains-hint')}
          placeholder="school.example"
          autoCapitalize="none"
          spellCheck={false}
          value={values.domains}
          onChange={(event) => set.setDomains(event.currentTarget.value)}
          error={missing(values.domains)}
        />
        <TextInput
          label={t('sso.label')}
          description={t('sso.label-hint')}
          maxLength={60}
          value={values.label}
          onChange={(event) => set.setLabel(event.currentTarget.value)}
          error={missing(values.label)}
        />
        {provider !== null && (
          <Text size="sm" c="dimmed">
            {t('sso.linked', { count: provider.linkedAccounts })}
          </Text>
        )}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('sso.save')}
          </Button>
          {provider !== null && (
            <ConfirmAction
              title={t('sso.remove-title')}
              consequence={t('sso.remove-consequence')}
              verb={t('sso.remove-verb')}
              onConfirm={remove}
              danger
            >
              {(open) => (
                <Button variant="default" onClick={open}>
                  {t('sso.remove')}
                </Button>
              )}
            </ConfirmAction>
          )}
        </Group>
      </Stack>
    </form>
  );
};

/** The identity provider of the organization. */
export const SingleSignOnSection = () => {
  const t = useText('integrations');
  const queries = useQueryClient();
  const shown = read(routes.readSingleSignOn, {});
  const configured = useQuery(shown);
  const content = () => {
    if (configured.isPending) return <LoadingBlock height={200} />;
    if (!configured.data) return <ErrorNotice error={configured.error} onRetry={() => void configured.refetch()} />;
    return (
      <ProviderForm
        key={configured.data.provider?.issuer ?? 'none'}
        configured={configured.data}
        onChanged={() => queries.invalidateQueries({ queryKey: shown.queryKey })}
      />
    );
  };
  return (
    <SecuritySection title={t('sso.title')} hint={t('sso.hint')}>
      {content()}
    </SecuritySection>
  );
};
