import type { PersonDetail } from '@muster/contracts';
import { Button, Checkbox, Group, Paper, Select, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText, useWord } from '../../../i18n/use-text.ts';
import { LinkText } from '../../staff/links.tsx';
import classes from './people.module.css';

type Link = PersonDetail['guardians'][number];
const flags = ['maySee', 'isTold', 'mayCollect'] as const;

const useLinks = (person: PersonDetail) => {
  const queries = useQueryClient();
  const isMember = person.role === 'member';
  const paramsOf = (otherId: string) =>
    isMember ? { memberId: person.userId, guardianId: otherId } : { memberId: otherId, guardianId: person.userId };
  const refresh = () => queries.invalidateQueries({ queryKey: [routes.readPerson.operation] });
  const write = useMutation({
    mutationFn: ({ userId, ...link }: Pick<Link, 'userId' | 'maySee' | 'isTold' | 'mayCollect'>) =>
      call(routes.linkGuardian, { params: paramsOf(userId), body: link }),
    onSuccess: refresh,
  });
  const remove = async (otherId: string) => {
    await call(routes.unlinkGuardian, { params: paramsOf(otherId) });
    await refresh();
  };
  return { write, remove };
};

/** Found by name as one types: there may be thousands. */
const AddLink = ({ person, onAdd }: { readonly person: PersonDetail; readonly onAdd: (userId: string) => void }) => {
  const t = useText('people');
  const wanted = person.role === 'member' ? 'guardian' : 'member';
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    ...read(routes.listPeople, { query: { role: wanted, limit: 20, ...(asked ? { search: asked } : {}) } }),
    enabled: asked.length > 1,
  });
  const linked = new Set([...person.guardians, ...person.wards].map(({ userId }) => userId));
  const items = (found.data?.items ?? []).filter(({ userId }) => !linked.has(userId));
  return (
    <Select
      mt="sm"
      searchable
      aria-label={t(`links.add-${wanted}`)}
      placeholder={t(`links.add-${wanted}`)}
      value={null}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={asked.length > 1 && !found.isFetching ? t('none') : null}
      filter={({ options }) => options}
      data={items.map(({ userId, displayName, number, email }) => ({
        value: userId,
        label: [displayName, number ?? email].filter(Boolean).join(' · '),
      }))}
      onChange={(userId) => {
        if (!userId) return;
        setTyped('');
        onAdd(userId);
      }}
    />
  );
};

/** Who is linked to a member, or whom a guardian is linked to, and what each link allows. */
export const GuardianLinks = ({ person }: { readonly person: PersonDetail }) => {
  const t = useText('people');
  const word = useWord();
  const may = useMay();
  const { write, remove } = useLinks(person);
  const isMember = person.role === 'member';
  const title = word(isMember ? 'guardian' : 'member', 2);
  const links = isMember ? person.guardians : person.wards;
  const mayChange = may('guardians.manage');
  if (links.length === 0 && !mayChange) return null;
  return (
    <Paper component="section" aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {links.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('links.none')}
        </Text>
      )}
      <ul className={classes.lines}>
        {links.map(({ userId, displayName, ...link }) => (
          <li key={userId} className={classes.line}>
            <LinkText to="/admin/people/$userId" params={{ userId }} size="sm" className={classes.name ?? ''}>
              {displayName}
            </LinkText>
            <Group gap="md">
              {flags.map((flag) => (
                <Checkbox
                  key={flag}
                  size="sm"
                  label={t(`links.${flag}`)}
                  checked={link[flag]}
                  disabled={!mayChange || write.isPending}
                  onChange={(event) => write.mutate({ userId, ...link, [flag]: event.currentTarget.checked })}
                />
              ))}
              {mayChange && (
                <ConfirmAction
                  title={t('links.remove-title', { name: displayName })}
                  consequence={t('links.remove-consequence')}
                  verb={t('links.remove')}
                  danger
                  onConfirm={() => remove(userId)}
                >
                  {(ask) => (
                    <Button size="compact-xs" variant="subtle" color="red" onClick={ask}>
                      {t('links.remove')}
                    </Button>
                  )}
                </ConfirmAction>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {write.error && <ErrorNotice error={write.error} />}
      {mayChange && (
        <AddLink
          person={person}
          onAdd={(userId) => write.mutate({ userId, maySee: true, isTold: true, mayCollect: false })}
        />
      )}
    </Paper>
  );
};
