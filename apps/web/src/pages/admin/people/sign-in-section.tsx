import type { PersonDetail, RouteAnswer, SecurityOfPerson } from '@muster/contracts';
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { MadeLink } from './made-link.tsx';
import classes from './people.module.css';

type Made = RouteAnswer<typeof routes.makePasswordLink>;

const Facts = ({ security }: { readonly security: SecurityOfPerson }) => {
  const t = useText('people');
  const formats = useFormats();
  const { lastSignInAt, passwordChangedAt, totpSince, passkeys, recoveryCodesLeft, needsSecondFactor } = security;
  const factors = [
    ...(totpSince ? [t('sign-in.app')] : []),
    ...(passkeys > 0 ? [t('sign-in.passkeys', { count: passkeys })] : []),
    ...(recoveryCodesLeft > 0 ? [t('sign-in.recovery', { count: recoveryCodesLeft })] : []),
  ];
  const lines = [
    lastSignInAt ? t('sign-in.last', { at: formats.dateTime(lastSignInAt) }) : t('sign-in.never'),
    passwordChangedAt ? t('sign-in.password', { day: formats.day(passwordChangedAt) }) : t('sign-in.no-password'),
    factors.length > 0
      ? t('sign-in.factors', { list: formats.list(factors) })
      : t(needsSecondFactor ? 'sign-in.factor-needed' : 'sign-in.no-factors'),
  ];
  return (
    <Stack gap={2}>
      {lines.map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
    </Stack>
  );
};

const Sessions = ({ sessions }: Pick<SecurityOfPerson, 'sessions'>) => {
  const t = useText('people');
  if (sessions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('sign-in.no-sessions')}
      </Text>
    );
  }
  return (
    <ul className={classes.lines} aria-label={t('sign-in.sessions')}>
      {sessions.map(({ sessionId, deviceName, lastUsedAt }) => (
        <li key={sessionId} className={classes.line}>
          <Text size="sm" className={classes.name ?? ''}>
            {deviceName || t('sign-in.unnamed')}
          </Text>
          <Text size="xs" c="dimmed">
            <RelativeTime at={lastUsedAt} />
          </Text>
        </li>
      ))}
    </ul>
  );
};

interface ActionsProps {
  readonly person: PersonDetail;
  readonly security: SecurityOfPerson;
  readonly onChanged: () => Promise<void>;
}

const Actions = ({ person: { userId, displayName: name, status }, security, onChanged }: ActionsProps) => {
  const t = useText('people');
  const formats = useFormats();
  const [made, setMade] = useState<Made | null>(null);
  const hasFactors = security.totpSince !== null || security.passkeys > 0;
  const params = { userId };
  const endSessions = async () => {
    const { ended } = await call(routes.endSessionsOf, { params });
    await onChanged();
    void notify({ text: t('sign-in.ended', { count: ended }) });
  };
  const resetFactors = async () => {
    await call(routes.resetFactorsOf, { params });
    await onChanged();
    void notify({ text: t('sign-in.factors-gone', { name }) });
  };
  const makeLink = async () => setMade(await call(routes.makePasswordLink, { params }));
  const actions = [
    { key: 'end', isShown: security.sessions.length > 0, work: endSessions, danger: true },
    { key: 'reset', isShown: hasFactors, work: resetFactors, danger: true },
    { key: 'link', isShown: status === 'active', work: makeLink, danger: false },
  ] as const;
  return (
    <Group gap="xs">
      {actions
        .filter(({ isShown }) => isShown)
        .map(({ key, work, danger }) => (
          <ConfirmAction
            key={key}
            title={t(`sign-in.${key}-title`, { name })}
            consequence={t(`sign-in.${key}-consequence`, { name })}
            verb={t(`sign-in.${key}`)}
            danger={danger}
            onConfirm={work}
          >
            {(ask) => (
              <Button size="xs" variant="default" onClick={ask}>
                {t(`sign-in.${key}`)}
              </Button>
            )}
          </ConfirmAction>
        ))}
      {made && (
        <MadeLink
          title={t('sign-in.link-ready', { name })}
          hint={t('sign-in.link-once', { until: formats.dateTime(made.expiresAt) })}
          link={made.url}
          label={t('sign-in.link-code', { name })}
          onClose={() => setMade(null)}
        />
      )}
    </Group>
  );
};

/** How somebody signs in, and what an administrator can do about it; what is sensitive asks who does it once more. */
export const SignInSection = ({ person }: { readonly person: PersonDetail }) => {
  const t = useText('people');
  const queries = useQueryClient();
  const query = read(routes.readSecurityOf, { params: { userId: person.userId } });
  const security = useQuery(query);
  const reload = () => queries.invalidateQueries({ queryKey: query.queryKey });
  return (
    <Paper component="section" aria-label={t('sign-in.title')}>
      <Title order={2} mb="sm">
        {t('sign-in.title')}
      </Title>
      {security.isPending && <LoadingBlock height={120} />}
      {security.error && <ErrorNotice error={security.error} onRetry={() => void security.refetch()} />}
      {security.data && (
        <Stack gap="sm">
          <Facts security={security.data} />
          <Title order={3} size="sm">
            {t('sign-in.sessions')}
          </Title>
          <Sessions sessions={security.data.sessions} />
          <Actions person={person} security={security.data} onChanged={reload} />
        </Stack>
      )}
    </Paper>
  );
};
