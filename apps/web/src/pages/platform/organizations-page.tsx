import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconBuildings, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { LinkButton } from '../staff/links.tsx';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { OrganizationsTable } from './organizations-table.tsx';

const onPage = 25;

const useOrganizations = (search: string | undefined) =>
  useInfiniteQuery({
    queryKey: [routes.listOrganizations.operation, search],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listOrganizations,
        { query: { limit: onPage, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

const SearchField = () => {
  const t = useText('platform');
  const { q } = useSearch({ from: '/staff/platform/platform' });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q ?? '');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const ask = useEffectEvent((next: string) => {
    // Whoever has gone on to another page is not called back.
    const isHere = window.location.pathname === '/platform';
    if (isHere && next !== (q ?? ''))
      void navigate({ to: '/platform', search: { q: next || undefined }, replace: true });
  });
  useEffect(() => ask(asked), [asked]);
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
    </div>
  );
};

/** Every organization on this Muster, with how large it is and whether it is in use. */
export const OrganizationsPage = () => {
  const t = useText('platform');
  const may = useMay();
  const { q } = useSearch({ from: '/staff/platform/platform' });
  const organizations = useOrganizations(q);
  const items = organizations.data?.pages.flatMap((page) => page.items) ?? [];
  const total = organizations.data?.pages[0]?.total ?? 0;
  return (
    <div className={staff.page}>
      <PageHead title={t('title')} lead={t('lead')}>
        {may('organizations.manage') && (
          <LinkButton to="/platform/new" leftSection={<IconPlus size={17} />}>
            {t('new.open')}
          </LinkButton>
        )}
      </PageHead>
      <SearchField />
      {organizations.isPending ? (
        <LoadingBlock height="40dvh" />
      ) : organizations.error ? (
        <ErrorNotice error={organizations.error} onRetry={() => void organizations.refetch()} />
      ) : items.length === 0 ? (
        <div className={staff.emptyFrame}>
          <EmptyNotice icon={IconBuildings} title={t('none')} hint={t(q ? 'none-match' : 'none-hint')} />
        </div>
      ) : (
        <>
          <OrganizationsTable organizations={items} />
          <Group justify="space-between">
            <Text size="sm" c="dimmed" role="status">
              {t('shown', { shown: items.length, total })}
            </Text>
            {organizations.hasNextPage && (
              <Button
                variant="default"
                size="xs"
                loading={organizations.isFetchingNextPage}
                onClick={() => void organizations.fetchNextPage()}
              >
                {t('more')}
              </Button>
            )}
          </Group>
        </>
      )}
    </div>
  );
};
