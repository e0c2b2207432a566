import { ActionIcon, Button, Group, Menu, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDots, IconDownload, IconPlus, IconSearch, IconTableImport, IconUsers } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { download, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText, useWord } from '../../../i18n/use-text.ts';
import { LinkButton } from '../../staff/links.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { PeopleTable } from './people-table.tsx';
import { peopleRoles, type PeopleSearch, personStatuses } from './search.ts';

const peopleOnPage = 100;

/** Pages one after the other; the cursors of those before lead back. Another list begins at its first page. */
const usePages = (search: PeopleSearch) => {
  const { q, role, group, status, sort, down } = search;
  const list = JSON.stringify(search);
  const [place, setPlace] = useState<{ list: string; cursors: readonly string[] }>({ list, cursors: [] });
  const cursors = place.list === list ? place.cursors : [];
  const cursor = cursors.at(-1);
  const people = useQuery({
    ...read(routes.listPeople, {
      query: {
        limit: peopleOnPage,
        ...(q ? { search: q } : {}),
        ...(role ? { role } : {}),
        ...(group ? { groupId: group } : {}),
        ...(status ? { status } : {}),
        ...(sort ? { sort } : {}),
        ...(down ? { order: 'descending' as const } : {}),
        ...(cursor ? { cursor } : {}),
      },
    }),
    placeholderData: keepPreviousData,
  });
  const next = people.data?.nextCursor ?? null;
  return {
    people,
    first: cursors.length * peopleOnPage + 1,
    forward: next === null ? null : () => setPlace({ list, cursors: [...cursors, next] }),
    back: cursors.length === 0 ? null : () => setPlace({ list, cursors: cursors.slice(0, -1) }),
  };
};

const Filters = ({
  search,
  onChange,
}: {
  readonly search: PeopleSearch;
  readonly onChange: (part: PeopleSearch) => void;
}) => {
  const t = useText('people');
  const word = useWord();
  const groups = useQuery(read(routes.listGroups, {}));
  const [typed, setTyped] = useState(search.q ?? '');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const ask = useEffectEvent((q: string) => {
    if (q !== (search.q ?? '')) onChange({ q: q || undefined });
  });
  useEffect(() => ask(asked), [asked]);
  const chosen = <Value extends string>(value: string) => (value || undefined) as Value | undefined;
  return (
    <div className={staff.filters}>
      <TextInput
        className={staff.searchField ?? ''}
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={16} stroke={1.7} />}
        type="search"
        value={typed}
        maxLength={80}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <NativeSelect
        aria-label={t('role')}
        value={search.role ?? ''}
        onChange={(event) => onChange({ role: chosen(event.currentTarget.value) })}
        data={[
          { value: '', label: t('all-roles') },
          ...peopleRoles.map((role) => ({ value: role, label: t(`app:role.${role}`) })),
        ]}
      />
      <NativeSelect
        aria-label={word('group')}
        value={search.group ?? ''}
        onChange={(event) => onChange({ group: chosen(event.currentTarget.value) })}
        data={[
          { value: '', label: t('all-groups') },
          ...(groups.data?.items ?? []).map(({ groupId, name }) => ({ value: groupId, label: name })),
        ]}
      />
      <NativeSelect
        aria-label={t('status.title')}
        value={search.status ?? ''}
        onChange={(event) => onChange({ status: chosen(event.currentTarget.value) })}
        data={[
          { value: '', label: t('status.all') },
          ...personStatuses.map((status) => ({ value: status, label: t(`status.${status}`) })),
        ]}
      />
    </div>
  );
};

const ExportMenu = () => {
  const t = useText('people');
  const save = async (format: 'csv' | 'xlsx') => {
    try {
      const route = format === 'csv' ? routes.exportPeopleCsv : routes.exportPeopleXlsx;
      const address = URL.createObjectURL(await download(route, {}));
      const link = Object.assign(document.createElement('a'), { href: address, download: `people.${format}` });
      link.click();
      URL.revokeObjectURL(address);
    } catch {
      void notify({ text: t('export-failed'), kind: 'failed' });
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('more-actions')}>
          <IconDots size={18} stroke={1.8} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/admin/people/import" leftSection={<IconTableImport size={16} stroke={1.7} />}>
          {t('import')}
        </Menu.Item>
        <Menu.Item leftSection={<IconDownload size={16} stroke={1.7} />} onClick={() => void save('csv')}>
          {t('export-csv')}
        </Menu.Item>
        <Menu.Item leftSection={<IconDownload size={16} stroke={1.7} />} onClick={() => void save('xlsx')}>
          {t('export-xlsx')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};

/** Everybody with an account; the server searches, filters and sorts, so that it works for fifty thousand. */
export const PeoplePage = () => {
  const t = useText('people');
  const search = useSearch({ from: '/staff/office/admin/people' });
  const navigate = useNavigate();
  const change = (part: PeopleSearch) =>
    void navigate({ to: '/admin/people', search: { ...search, ...part }, replace: true });
  const { people, first, forward, back } = usePages(search);
  const rows = people.data?.items ?? [];
  const isNarrowed = Boolean(search.q ?? search.role ?? search.group ?? search.status);
  return (
    <div className={staff.page}>
      <PageHead title={t('title')} lead={t('lead')}>
        <LinkButton to="/admin/people/new" leftSection={<IconPlus size={17} />}>
          {t('add')}
        </LinkButton>
        <ExportMenu />
      </PageHead>
      <Filters search={search} onChange={change} />
      {people.isPending ? (
        <LoadingBlock height="40dvh" />
      ) : people.error ? (
        <ErrorNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : rows.length === 0 ? (
        <div className={staff.emptyFrame}>
          <EmptyNotice icon={IconUsers} title={t('none')} hint={t(isNarrowed ? 'none-match' : 'none-hint')} />
        </div>
      ) : (
        <PeopleTable people={rows} search={search} onSort={change} />
      )}
      {rows.length > 0 && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed" role="status">
            {t('shown', { from: first, to: first + rows.length - 1 })}
          </Text>
          {(back ?? forward) && (
            <Group gap="xs">
              <Button variant="default" size="xs" disabled={!back} onClick={() => back?.()}>
                {t('previous')}
              </Button>
              <Button
                variant="default"
                size="xs"
                disabled={!forward}
                loading={people.isPlaceholderData}
                onClick={() => forward?.()}
              >
                {t('next')}
              </Button>
            </Group>
          )}
        </Group>
      )}
    </div>
  );
};
