import type { OwnPrivacy, Purpose } from '@muster/contracts';
import { Badge, Button, Checkbox, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { AccountMenu } from '../../app/account-menu.tsx';
import { BrandMark } from '../../app/brand.tsx';
import { useProfile } from '../../app/session.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { useWriteKey } from '../staff/use-write-key.ts';
import classes from './privacy.module.css';
import { useOwnPrivacy } from './use-own-privacy.ts';

type Awaiting = OwnPrivacy['awaiting'][number];

interface PersonProps {
  readonly person: Awaiting;
  readonly agreed: ReadonlySet<Purpose>;
  readonly onChange: (purpose: Purpose, isAgreed: boolean) => void;
}

/** Nothing is ticked beforehand. */
const PersonAnswers = ({ person, agreed, onChange }: PersonProps) => {
  const t = useText('privacy');
  return (
    <Paper component="fieldset" className={classes.person ?? ''}>
      <Title component="legend" order={2} size="h3">
        {person.isSelf ? t('consent.for-yourself') : t('consent.for', { name: person.displayName })}
      </Title>
      <Stack gap="md" mt="sm">
        {person.purposes.map(({ purpose, necessary }) =>
          necessary ? (
            <div key={purpose}>
              <Group gap="xs">
                <Text fw={550}>{t(`purpose.${purpose}`)}</Text>
                <Badge color="gray" variant="dot" miw="max-content">
                  {t('necessary')}
                </Badge>
              </Group>
              <Text size="sm" c="dimmed">
                {t(`purpose.${purpose}-hint`)} {t('necessary-hint')}
              </Text>
            </div>
          ) : (
            <Checkbox
              key={purpose}
              size="md"
              label={t('consent.agree', { purpose: t(`purpose.${purpose}`) })}
              description={t(`purpose.${purpose}-hint`)}
              checked={agreed.has(purpose)}
              onChange={(event) => onChange(purpose, event.currentTarget.checked)}
            />
          ),
        )}
      </Stack>
    </Paper>
  );
};

/** The notice, and for whom it is to be answered. */
export const ConsentPage = ({ privacy }: { readonly privacy: OwnPrivacy }) => {
  const t = useText('privacy');
  const { organization } = useProfile();
  const { queryKey } = useOwnPrivacy();
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const [agreed, setAgreed] = useState<ReadonlyMap<string, ReadonlySet<Purpose>>>(new Map());
  const { notice, awaiting } = privacy;
  const change = (memberId: string, purpose: Purpose, isAgreed: boolean) => {
    const own = new Set(agreed.get(memberId));
    if (isAgreed) own.add(purpose);
    else own.delete(purpose);
    setAgreed(new Map(agreed).set(memberId, own));
  };
  const send = useMutation({
    mutationFn: () => {
      const body = {
        version: notice?.version ?? 0,
        language: notice?.language ?? 'en',
        answers: awaiting.map(({ memberId }) => ({ memberId, agreed: [...(agreed.get(memberId) ?? [])] })),
      };
      return call(routes.giveConsent, { body }, { idempotencyKey: keyOf(body) });
    },
    onSuccess: (answered) => {
      void queries.invalidateQueries({ predicate: (known) => known.queryKey[0] !== queryKey[0] });
      queries.setQueryData(queryKey, answered);
    },
    // Another version has come meanwhile: it is shown, with the problem.
    onError: () => void queries.invalidateQueries({ queryKey }),
  });
  if (notice === null) return null;
  return (
    <div className={classes.gate}>
      <title>{`${notice.title} · Muster`}</title>
      <header className={classes.gateHead}>
        <BrandMark size={26} />
        <Text fw={600} className="one-line" flex={1}>
          {organization.name}
        </Text>
        <AccountMenu />
      </header>
      <main className={classes.gateMain}>
        <Stack gap="lg">
          <div>
            <Text size="sm" c="dimmed">
              {t('consent.lead', { name: organization.name })}
            </Text>
            <Title order={1}>{notice.title}</Title>
          </div>
          <Text className={classes.notice ?? ''} lang={notice.language} component="div">
            {notice.body}
          </Text>
          {awaiting.map((person) => (
            <PersonAnswers
              key={person.memberId}
              person={person}
              agreed={agreed.get(person.memberId) ?? new Set()}
              onChange={(purpose, isAgreed) => change(person.memberId, purpose, isAgreed)}
            />
          ))}
          <Text size="sm" c="dimmed">
            {t('consent.free')}
          </Text>
          {send.error && <ErrorNotice error={send.error} />}
          <Button size="lg" fullWidth loading={send.isPending} onClick={() => send.mutate()}>
            {t('consent.send')}
          </Button>
        </Stack>
      </main>
    </div>
  );
};
