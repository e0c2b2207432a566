import type { Person } from '@muster/contracts';
import { Badge, Button, Center, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText, useWord } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { type PeopleRole, peopleRoles, type PeopleSearch } from './search.ts';

const usePeople = ({ q, role }: PeopleSearch) =>
  useInfiniteQuery({
    queryKey: [routes.listPeople.operation, q, role],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listPeople,
        {
          query: {
            limit: 50,
            ...(q ? { search: q } : {}),
            ...(role ? { role } : {}),
            ...(pageParam ? { cursor: pageParam } : {}),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });

const useColumns = (): DataColumn<Person>[] => {
  const t = useText('admin');
  const word = useWord();
  const formats = useFormats();
  return useMemo(
    () => [
      { key: 'name', header: t('people.name'), grow: true, cell: ({ displayName }) => displayName },
      { key: 'role', header: t('people.role'), cell: ({ role }) => t(`app:role.${role}`) },
      { key: 'number', header: t('people.number'), visibleFrom: 'sm', cell: ({ number }) => number ?? '–' },
      { key: 'group', header: word('group'), cell: ({ groupName }) => groupName ?? '–' },
      { key: 'email', header: t('people.email'), visibleFrom: 'lg', cell: ({ email }) => email ?? '–' },
      {
        key: 'joined',
        header: t('people.joined'),
        visibleFrom: 'md',
        numeric: true,
        cell: ({ joinedOn }) => (joinedOn ? formats.date(joinedOn) : '–'),
      },
      {
        key: 'status',
        header: t('people.status'),
        visibleFrom: 'sm',
        cell: ({ status }) =>
          status === 'active' ? (
            t('people.active')
          ) : (
            <Badge variant="light" color={status === 'suspended' ? 'red' : 'gray'}>
              {t(`people.${status}`)}
            </Badge>
          ),
      },
    ],
    [t, word, formats],
  );
};

/** Everybody with an account; the server searches, so that it works for ten thousand. */
export const PeoplePage = () => {
  const t = useText('admin');
  const search = useSearch({ from: '/staff/office/admin/people' });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(search.q ?? '');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const change = (part: PeopleSearch) =>
    void navigate({ to: '/admin/people', search: { ...search, ...part }, replace: true });
  const ask = useEffectEvent((q: string) => {
    if (q !== (search.q ?? '')) change({ q: q || undefined });
  });
  useEffect(() => ask(asked), [asked]);
  const people = usePeople(search);
  const columns = useColumns();
  const rows = people.data?.pages.flatMap((page) => page.items) ?? [];
  const open = ({ role, userId }: Person) =>
    role === 'member' && void navigate({ to: '/staff/members/$memberId', params: { memberId: userId } });
  return (
    <div className={staff.page}>
      <PageHead title={t('people.title')} lead={t('people.lead')}>
        <TextInput
          aria-label={t('people.search')}
          placeholder={t('people.search')}
          leftSection={<IconSearch size={16} stroke={1.7} />}
          type="search"
          value={typed}
          maxLength={80}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={t('people.role')}
          value={search.role ?? ''}
          onChange={(event) => change({ role: (event.currentTarget.value || undefined) as PeopleRole | undefined })}
          data={[
            { value: '', label: t('people.all-roles') },
            ...peopleRoles.map((role) => ({ value: role, label: t(`app:role.${role}`) })),
          ]}
        />
      </PageHead>
      {people.isPending ? (
        <LoadingBlock height="40dvh" />
      ) : people.error ? (
        <ErrorNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : (
        <DataTable
          label={t('people.title')}
          rows={rows}
          columns={columns}
          rowKey={({ userId }) => userId}
          onChoose={open}
          empty={
            <div className={staff.emptyFrame}>
              <EmptyNotice
                icon={IconUsers}
                title={t('people.none')}
                hint={t(search.q || search.role ? 'people.none-match' : 'people.none-hint')}
              />
            </div>
          }
        />
      )}
      {people.hasNextPage && (
        <Center>
          <Button variant="default" loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            {t('people.more')}
          </Button>
        </Center>
      )}
      {rows.length > 0 && !people.hasNextPage && (
        <Text size="sm" c="dimmed" role="status">
          {t('people.count', { count: rows.length })}
        </Text>
      )}
    </div>
  );
};
