import type { OrganizationOverview } from '@muster/contracts';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { actIn } from '../../api/acting.ts';
import { call, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { useWriteKey } from '../staff/use-write-key.ts';

/** Asks why first: the organization's own log says who came, and for what. */
export const VisitButton = ({
  organization,
}: {
  readonly organization: Pick<OrganizationOverview, 'orgId' | 'name'>;
}) => {
  const t = useText('platform');
  const navigate = useNavigate();
  const keyOf = useWriteKey();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { orgId, name } = organization;
  const visit = useMutation({
    mutationFn: (body: { reason: string }) =>
      call(routes.visitOrganization, { params: { orgId }, body }, { idempotencyKey: keyOf([orgId, body]) }),
    onSuccess: (visited) => {
      actIn(visited);
      void navigate({ to: '/admin' });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason.trim()) visit.mutate({ reason: reason.trim() });
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t('visit.open-named', { name })}
        onClick={() => setOpen(true)}
      >
        {t('visit.open')}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={<Text fw={620}>{t('visit.title', { name })}</Text>}>
        <Stack component="form" onSubmit={submit}>
          <Text size="sm">{t('visit.consequence')}</Text>
          <TextInput
            label={t('visit.reason')}
            value={reason}
            maxLength={200}
            data-autofocus
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {visit.error && <ErrorNotice error={visit.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={visit.isPending} disabled={!reason.trim()}>
              {t('visit.verb')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};
