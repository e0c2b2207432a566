import type { RouteAnswer } from '@muster/contracts';
import { Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconLink, IconMail } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { LinkButton } from '../staff/links.tsx';
import { VisitButton } from './visit-button.tsx';

interface InviteProps {
  readonly created: RouteAnswer<typeof routes.createOrganization> & { readonly email: string };
}

/** By e-mail where Muster can send it, and by a link in any case; both are of the new organization. */
const useInvitation = ({ created: { organization, administratorId: userId } }: InviteProps) => {
  const options = { organization: organization.orgId };
  const request = { params: { userId } };
  const known = useQuery({
    queryKey: [routes.listInvitations.operation, organization.orgId, userId],
    queryFn: ({ signal }) => call(routes.listInvitations, request, { ...options, signal }),
  });
  const byEmail = useMutation({ mutationFn: () => call(routes.inviteByEmail, request, options) });
  const byLink = useMutation({ mutationFn: () => call(routes.inviteByLink, request, options) });
  return { known, byEmail, byLink };
};

const MadeLink = ({ made }: { readonly made: RouteAnswer<typeof routes.inviteByLink> }) => {
  const t = useText('platform');
  const formats = useFormats();
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">{t('invite.once', { until: formats.dateTime(made.invitation.expiresAt) })}</Text>
      <Group align="flex-end" gap="xs">
        <TextInput
          style={{ flex: '1 1 16rem' }}
          label={t('invite.link')}
          value={made.link}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={made.link}>
          {({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'invite.copied' : 'invite.copy')}</Button>}
        </CopyButton>
      </Group>
    </Stack>
  );
};

export const InviteAdministrator = ({ created }: InviteProps) => {
  const t = useText('platform');
  const { known, byEmail, byLink } = useInvitation({ created });
  const { organization, email } = created;
  if (known.isPending) return <LoadingBlock height={120} />;
  return (
    <Stack>
      {known.error && <ErrorNotice error={known.error} onRetry={() => void known.refetch()} />}
      {known.data && (
        <Group gap="xs">
          {known.data.canSendEmail && (
            <Button
              leftSection={<IconMail size={16} stroke={1.8} />}
              loading={byEmail.isPending}
              disabled={byEmail.isSuccess}
              onClick={() => byEmail.mutate()}
            >
              {t('invite.send', { email })}
            </Button>
          )}
          <Button
            variant={known.data.canSendEmail ? 'default' : 'filled'}
            leftSection={<IconLink size={16} stroke={1.8} />}
            loading={byLink.isPending}
            onClick={() => byLink.mutate()}
          >
            {t('invite.make')}
          </Button>
        </Group>
      )}
      {byEmail.isSuccess && (
        <Text size="sm" role="status">
          {t('invite.sent', { email })}
        </Text>
      )}
      {(byEmail.error ?? byLink.error) && <ErrorNotice error={byEmail.error ?? byLink.error} />}
      {byLink.data && <MadeLink made={byLink.data} />}
      <Group gap="xs">
        <VisitButton organization={organization} />
        <LinkButton to="/platform" variant="subtle" size="compact-sm">
          {t('back')}
        </LinkButton>
      </Group>
    </Stack>
  );
};
