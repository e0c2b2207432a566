import type { Invitation, PersonDetail, RouteAnswer } from '@muster/contracts';
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconLink, IconMail } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { MadeLink } from './made-link.tsx';
import classes from './people.module.css';

type Made = RouteAnswer<typeof routes.inviteByLink>;

const colors: Record<Invitation['state'], string> = {
  open: 'petrol',
  sending: 'petrol',
  used: 'green',
  revoked: 'gray',
  expired: 'gray',
  failed: 'red',
};

const InvitationLine = ({
  userId,
  invitation,
  onChanged,
}: {
  userId: string;
  invitation: Invitation;
  onChanged: () => void;
}) => {
  const t = useText('people');
  const formats = useFormats();
  const { invitationId, channel, state, invitedAt, expiresAt, usedAt } = invitation;
  const revoke = async () => {
    await call(routes.revokeInvitation, { params: { userId, invitationId } });
    onChanged();
  };
  return (
    <li className={classes.line}>
      <div className={classes.name}>
        <Text size="sm">{t(`invite.by-${channel}`, { at: formats.dateTime(invitedAt) })}</Text>
        <Text size="xs" c="dimmed">
          {usedAt
            ? t('invite.used-at', { at: formats.dateTime(usedAt) })
            : t('invite.until', { at: formats.dateTime(expiresAt) })}
        </Text>
      </div>
      <Group gap="xs">
        <Badge variant="light" color={colors[state]}>
          {t(`invite.state-${state}`)}
        </Badge>
        {(state === 'open' || state === 'sending') && (
          <ConfirmAction
            title={t('invite.revoke-title')}
            consequence={t('invite.revoke-consequence')}
            verb={t('invite.revoke')}
            danger
            onConfirm={revoke}
          >
            {(ask) => (
              <Button size="compact-xs" variant="subtle" color="red" onClick={ask}>
                {t('invite.revoke')}
              </Button>
            )}
          </ConfirmAction>
        )}
      </Group>
    </li>
  );
};

const mayBeFetchedMs = 3_000;

/** How somebody gets in: by a link that sets their password, once. */
export const Invitations = ({ person }: { readonly person: PersonDetail }) => {
  const t = useText('people');
  const formats = useFormats();
  const queries = useQueryClient();
  const { userId, displayName, email, status } = person;
  const query = read(routes.listInvitations, { params: { userId } });
  const invitations = useQuery({
    ...query,
    refetchInterval: ({ state }) =>
      state.data?.items.some((each) => each.state === 'sending') ? mayBeFetchedMs : false,
  });
  const [made, setMade] = useState<Made | null>(null);
  const [busy, setBusy] = useState<'link' | 'email' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const refresh = () => void queries.invalidateQueries({ queryKey: query.queryKey });
  const invite = async (channel: 'link' | 'email') => {
    setBusy(channel);
    setError(null);
    try {
      if (channel === 'link') setMade(await call(routes.inviteByLink, { params: { userId } }));
      else {
        await call(routes.inviteByEmail, { params: { userId } });
        void notify({ text: t('invite.on-its-way', { address: email ?? '' }) });
      }
      refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(null);
    }
  };
  const items = invitations.data?.items ?? [];
  return (
    <Paper component="section" aria-label={t('invite.title')}>
      <Title order={2} mb="sm">
        {t('invite.title')}
      </Title>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t(status === 'active' ? 'invite.lead' : 'invite.not-active')}
        </Text>
        {status === 'active' && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={busy === 'link'}
              leftSection={<IconLink size={15} stroke={1.8} />}
              onClick={() => void invite('link')}
            >
              {t('invite.make')}
            </Button>
            {invitations.data?.canSendEmail && email && (
              <Button
                size="xs"
                variant="default"
                loading={busy === 'email'}
                leftSection={<IconMail size={15} stroke={1.8} />}
                onClick={() => void invite('email')}
              >
                {t('invite.send')}
              </Button>
            )}
          </Group>
        )}
        {error !== null && <ErrorNotice error={error} />}
        {invitations.error && <ErrorNotice error={invitations.error} onRetry={() => void invitations.refetch()} />}
        {items.length > 0 && (
          <ul className={classes.lines} aria-label={t('invite.title')}>
            {items.map((invitation) => (
              <InvitationLine
                key={invitation.invitationId}
                userId={userId}
                invitation={invitation}
                onChanged={refresh}
              />
            ))}
          </ul>
        )}
      </Stack>
      {made && (
        <MadeLink
          title={t('invite.ready', { name: displayName })}
          hint={t('invite.once', { until: formats.dateTime(made.invitation.expiresAt) })}
          link={made.link}
          label={t('invite.code', { name: displayName })}
          onClose={() => setMade(null)}
        />
      )}
    </Paper>
  );
};
