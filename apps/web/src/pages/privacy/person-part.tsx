import type { PersonPrivacy } from '@muster/contracts';
import { Button, Group, Modal, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { notify } from '../../app/notify.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { useWriteKey } from '../staff/use-write-key.ts';
import { ConsentRows } from './consent-rows.tsx';
import { PaperConsent } from './paper-consent.tsx';
import { Part } from './part.tsx';
import classes from './privacy.module.css';
import { RequestRows, whileRunning } from './request-rows.tsx';

const grounds = ['no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-duty'] as const;
type Ground = (typeof grounds)[number];

const Find = ({ onChoose }: { readonly onChoose: (userId: string) => void }) => {
  const t = useText('privacy');
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim(), 250);
  const found = useQuery({
    ...read(routes.listPeople, { query: { search: settled, limit: 8 } }),
    enabled: settled.length > 1,
  });
  return (
    <Part title={t('person.find')} hint={t('person.find-hint')}>
      <TextInput
        label={t('person.search')}
        value={search}
        autoComplete="off"
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {found.error && <ErrorNotice error={found.error} />}
      {found.data?.items.length === 0 && (
        <Text size="sm" mt="sm">
          {t('person.nobody')}
        </Text>
      )}
      <ul className={classes.rows}>
        {(settled.length > 1 ? (found.data?.items ?? []) : []).map((person) => (
          <li key={person.userId}>
            <UnstyledButton className={classes.rowText ?? ''} onClick={() => onChoose(person.userId)}>
              <Text fw={550}>{person.displayName}</Text>
              <Text size="sm" c="dimmed">
                {[t(`app:role.${person.role}`), person.number, person.groupName].filter(Boolean).join(' · ')}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Part>
  );
};

/** With the name typed: what goes does not come back. */
const Erase = ({ person }: { readonly person: PersonPrivacy }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [ground, setGround] = useState<Ground | null>(null);
  const erase = useMutation({
    mutationFn: (chosen: Ground) => {
      const body = { ground: chosen, displayName: typed };
      const params = { userId: person.userId };
      return call(routes.erasePerson, { params, body }, { idempotencyKey: keyOf(body) });
    },
    onSuccess: () => {
      setOpen(false);
      void queries.invalidateQueries();
      void notify({ text: t('erase.begun') });
    },
  });
  return (
    <>
      <Button color="red" variant="light" onClick={() => setOpen(true)}>
        {t('erase.open')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        closeButtonProps={{ 'aria-label': t('close') }}
        title={<Text fw={620}>{t('erase.title')}</Text>}
      >
        <Stack>
          <Text size="sm">{t('erase.consequence', { name: person.displayName })}</Text>
          <Select
            label={t('erase.ground')}
            data={grounds.map((value) => ({ value, label: t(`ground.${value}`) }))}
            value={ground}
            onChange={(value) => setGround(value as Ground | null)}
          />
          <TextInput
            label={t('erase.type', { name: person.displayName })}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {erase.error && <ErrorNotice error={erase.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
              {t('cancel')}
            </Button>
            <Button
              color="red"
              loading={erase.isPending}
              disabled={ground === null || typed.trim() !== person.displayName}
              onClick={() => ground !== null && erase.mutate(ground)}
            >
              {t('erase.verb')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};

const Facts = ({ person }: { readonly person: PersonPrivacy }) => {
  const t = useText('privacy');
  const formats = useFormats();
  const queries = useQueryClient();
  const params = { userId: person.userId };
  const { queryKey } = read(routes.readPersonPrivacy, { params });
  const [birthDate, setBirthDate] = useState(person.birthDate ?? '');
  const [reason, setReason] = useState('');
  const refresh = () => {
    void queries.invalidateQueries({ queryKey });
    void notify({ text: t('saved') });
  };
  const born = useMutation({
    mutationFn: () => call(routes.setBirthDate, { params, body: { birthDate: birthDate || null } }),
    onSuccess: refresh,
  });
  const hold = useMutation({
    mutationFn: (why: string | null) => call(routes.setHold, { params, body: { reason: why } }),
    onSuccess: refresh,
  });
  return (
    <Stack>
      {person.role === 'member' && (
        <Group align="flex-end">
          <TextInput
            type="date"
            label={t('person.birth-date')}
            description={t(person.ofAge ? 'person.of-age' : 'person.minor')}
            value={birthDate}
            onChange={(event) => setBirthDate(event.currentTarget.value)}
          />
          <Button
            variant="default"
            loading={born.isPending}
            disabled={birthDate === (person.birthDate ?? '')}
            onClick={() => born.mutate()}
          >
            {t('save')}
          </Button>
        </Group>
      )}
      {born.error && <ErrorNotice error={born.error} />}
      {person.hold ? (
        <Group>
          <Text size="sm" className={classes.rowText ?? ''}>
            {t('hold.stands', {
              reason: person.hold.reason,
              who: person.hold.setBy ?? t('somebody'),
              day: formats.longDay(person.hold.setAt),
            })}
          </Text>
          <Button variant="default" loading={hold.isPending} onClick={() => hold.mutate(null)}>
            {t('hold.remove')}
          </Button>
        </Group>
      ) : (
        <Group align="flex-end">
          <TextInput
            label={t('hold.label')}
            description={t('hold.hint')}
            maxLength={200}
            flex="1 1 16rem"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            variant="default"
            loading={hold.isPending}
            disabled={reason.trim() === ''}
            onClick={() => hold.mutate(reason.trim())}
          >
            {t('hold.set')}
          </Button>
        </Group>
      )}
      {hold.error && <ErrorNotice error={hold.error} />}
    </Stack>
  );
};

const Person = ({ person }: { readonly person: PersonPrivacy }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const params = { userId: person.userId };
  const collect = useMutation({
    mutationFn: () => call(routes.exportDataOf, { params }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: read(routes.readPersonPrivacy, { params }).queryKey }),
  });
  if (person.isErased) return <Part title={person.displayName}>{t('person.erased')}</Part>;
  return (
    <>
      <Part title={person.displayName} hint={t(`app:role.${person.role}`)}>
        <Facts key={person.birthDate ?? ''} person={person} />
      </Part>
      {person.role === 'member' && (
        <Part title={t('person.consents')} hint={t('person.consents-hint')}>
          {person.consents.length === 0 && <Text size="sm">{t('person.no-consents')}</Text>}
          <ConsentRows consents={person.consents} />
          <PaperConsent person={person} />
        </Part>
      )}
      <Part title={t('person.requests')} hint={t('person.requests-hint')}>
        <Stack gap="sm">
          <RequestRows requests={person.requests} />
          {collect.error && <ErrorNotice error={collect.error} />}
          <Group>
            <Button variant="default" loading={collect.isPending} onClick={() => collect.mutate()}>
              {t('person.export')}
            </Button>
            <Erase person={person} />
          </Group>
        </Stack>
      </Part>
    </>
  );
};

interface PersonPartProps {
  readonly userId: string | undefined;
  readonly onChoose: (userId: string | undefined) => void;
}

/** One person's consents, requests, and what stands against an erasure. */
export const PersonPart = ({ userId, onChoose }: PersonPartProps) => {
  const t = useText('privacy');
  const person = useQuery({
    ...read(routes.readPersonPrivacy, { params: { userId: userId ?? '' } }),
    enabled: userId !== undefined,
    refetchInterval: ({ state }) => whileRunning(state.data?.requests),
  });
  if (userId === undefined) return <Find onChoose={onChoose} />;
  return (
    <Stack>
      <Group>
        <Button variant="subtle" onClick={() => onChoose(undefined)}>
          {t('person.another')}
        </Button>
      </Group>
      {person.isPending && <LoadingBlock height={240} />}
      {person.error && !person.data && <ErrorNotice error={person.error} onRetry={() => void person.refetch()} />}
      {person.data && <Person person={person.data} />}
    </Stack>
  );
};
