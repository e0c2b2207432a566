import type { PersonPrivacy, Purpose } from '@muster/contracts';
import { Button, Checkbox, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

/** What stands on a paper that somebody has signed. */
export const PaperConsent = ({ person }: { readonly person: PersonPrivacy }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [signedBy, setSignedBy] = useState<string>(person.userId);
  const [agreed, setAgreed] = useState<readonly Purpose[]>([]);
  const params = { userId: person.userId };
  const notices = useQuery({ ...read(routes.listNotices, {}), enabled: isOpen });
  const guardians = useQuery({
    ...read(routes.readGuardianAgreement, { params: { memberId: person.userId } }),
    enabled: isOpen && !person.ofAge,
  });
  const notice = notices.data?.items.find(({ version }) => version === notices.data.current);
  const language = notice?.texts[0]?.language ?? 'en';
  const enter = useMutation({
    mutationFn: (version: number) =>
      call(routes.enterPaperConsent, { params, body: { version, language, agreed: [...agreed], signedBy } }),
    onSuccess: (changed) => {
      queries.setQueryData(read(routes.readPersonPrivacy, { params }).queryKey, changed);
      setOpen(false);
    },
  });
  const isSelf = signedBy === person.userId;
  const asked = notice?.purposes.filter(({ purpose }) => !isSelf || purpose !== 'guardian-live') ?? [];
  return (
    <>
      <Button mt="sm" variant="default" onClick={() => setOpen(true)}>
        {t('paper.open')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        closeButtonProps={{ 'aria-label': t('close') }}
        title={<Text fw={620}>{t('paper.open')}</Text>}
      >
        <Stack>
          {notices.isSuccess && !notice && <Text size="sm">{t('paper.no-notice')}</Text>}
          <Select
            label={t('paper.signed-by')}
            allowDeselect={false}
            data={[
              { value: person.userId, label: person.displayName },
              ...(guardians.data?.items ?? []).map((each) => ({ value: each.guardianId, label: each.displayName })),
            ]}
            value={signedBy}
            onChange={(value) => setSignedBy(value ?? person.userId)}
          />
          {asked.map(({ purpose, necessary }) => (
            <Checkbox
              key={purpose}
              label={t('paper.agreed', { purpose: t(`purpose.${purpose}`) })}
              {...(necessary ? { description: t('necessary') } : {})}
              checked={necessary || agreed.includes(purpose)}
              disabled={necessary}
              onChange={(event) =>
                setAgreed(
                  event.currentTarget.checked ? [...agreed, purpose] : agreed.filter((each) => each !== purpose),
                )
              }
            />
          ))}
          {enter.error && <ErrorNotice error={enter.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)}>
              {t('cancel')}
            </Button>
            <Button loading={enter.isPending} disabled={!notice} onClick={() => notice && enter.mutate(notice.version)}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};
