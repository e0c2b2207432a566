import type { AuditEntry } from '@muster/contracts';
import { Button, Center, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconListSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import type { AuditSearch } from '../search.ts';
import { auditActions } from './actions.ts';
import { EntryDrawer } from './entry-drawer.tsx';
import { useAuditWords } from './use-audit-words.ts';

const useEntries = ({ action, object }: AuditSearch, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: [routes.listAuditEntries.operation, action, object],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listAuditEntries,
        {
          query: {
            limit: 50,
            ...(action ? { action } : {}),
            ...(object ? { objectId: object } : {}),
            ...(pageParam ? { cursor: pageParam } : {}),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    enabled,
  });

const useColumns = (): DataColumn<AuditEntry>[] => {
  const t = useText('admin');
  const formats = useFormats();
  const words = useAuditWords();
  return useMemo(
    () => [
      {
        key: 'at',
        header: t('audit.at'),
        cell: ({ at }) => (
          <time className="numeric" dateTime={at} title={at}>
            {formats.day(at)}, {formats.timeWithSeconds(at)}
          </time>
        ),
      },
      { key: 'actor', header: t('audit.who'), cell: ({ actor }) => words.actor(actor) },
      { key: 'action', header: t('audit.what'), grow: true, cell: ({ action }) => words.action(action) },
      { key: 'object', header: t('audit.object'), visibleFrom: 'md', cell: ({ object }) => words.object(object.kind) },
      {
        key: 'purpose',
        header: t('audit.purpose'),
        visibleFrom: 'lg',
        cell: ({ purpose }) => purpose ?? '–',
      },
    ],
    [t, formats, words],
  );
};

const Filters = ({ search, change }: { search: AuditSearch; change: (part: AuditSearch) => void }) => {
  const t = useText('admin');
  const words = useAuditWords();
  const [typed, setTyped] = useState(search.object ?? '');
  const [asked] = useDebouncedValue(typed.trim(), 300);
  const ask = useEffectEvent((object: string) => {
    if (object !== (search.object ?? '')) change({ object: object || undefined });
  });
  useEffect(() => ask(asked), [asked]);
  return (
    <>
      <NativeSelect
        aria-label={t('audit.filter-action')}
        value={search.action ?? ''}
        onChange={(event) => change({ action: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: t('audit.all-actions') },
          ...Object.entries(auditActions).map(([subject, actions]) => ({
            group: t(`audit.subject.${subject}`),
            items: actions.map((action) => ({ value: action, label: words.action(action) })),
          })),
        ]}
      />
      <TextInput
        aria-label={t('audit.filter-object')}
        placeholder={t('audit.filter-object')}
        type="search"
        value={typed}
        maxLength={80}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </>
  );
};

/** The log, newest first: who did what to what, when and why. */
export const AuditPage = () => {
  const t = useText('admin');
  const mayRead = useMay()('audit.read');
  const search = useSearch({ from: '/staff/office/admin/audit' });
  const navigate = useNavigate();
  const entries = useEntries(search, mayRead);
  const columns = useColumns();
  const rows = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (part: AuditSearch) =>
    void navigate({ to: '/admin/audit', search: { ...search, ...part }, replace: true, resetScroll: false });
  const chosen = rows.find(({ entryId }) => entryId === search.entry) ?? null;
  if (!mayRead) return <NoPermission what={t('audit.the-log')} />;
  return (
    <div className={staff.page}>
      <PageHead title={t('navigation.audit')} lead={t('audit.lead')}>
        <Filters search={search} change={change} />
      </PageHead>
      {entries.isPending ? (
        <LoadingBlock height="40dvh" />
      ) : entries.error ? (
        <ErrorNotice error={entries.error} onRetry={() => void entries.refetch()} />
      ) : (
        <DataTable
          label={t('navigation.audit')}
          rows={rows}
          columns={columns}
          rowKey={({ entryId }) => entryId}
          chosenKey={search.entry ?? null}
          onChoose={({ entryId }) => change({ entry: entryId })}
          empty={
            <div className={staff.emptyFrame}>
              <EmptyNotice icon={IconListSearch} title={t('audit.none')} hint={t('audit.none-hint')} />
            </div>
          }
        />
      )}
      {entries.hasNextPage && (
        <Center>
          <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {t('audit.older')}
          </Button>
        </Center>
      )}
      <EntryDrawer
        entry={chosen}
        onClose={() => change({ entry: undefined })}
        onObject={(object) => change({ object, entry: undefined })}
      />
    </div>
  );
};
