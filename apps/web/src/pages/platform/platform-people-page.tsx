import type { Person } from '@muster/contracts';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { read, routes } from '../../api/client.ts';
import { useMay, useSession } from '../../app/session.tsx';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useText } from '../../i18n/use-text.ts';
import { StatusBadge } from '../admin/people/people-table.tsx';
import { LinkButton } from '../staff/links.tsx';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';

/** So many run no platform. */
const most = 200;

const Accounts = () => {
  const t = useText('platform');
  const navigate = useNavigate();
  const people = useQuery(read(routes.listPeople, { query: { limit: most } }));
  if (people.isPending) return <LoadingBlock height="40dvh" />;
  if (people.error) return <ErrorNotice error={people.error} onRetry={() => void people.refetch()} />;
  const columns: DataColumn<Person>[] = [
    { key: 'name', header: t('name'), grow: true, sortBy: (row) => row.displayName, cell: (row) => row.displayName },
    { key: 'role', header: t('accounts.role'), sortBy: (row) => row.role, cell: (row) => t(`app:role.${row.role}`) },
    { key: 'email', header: t('accounts.email'), visibleFrom: 'md', cell: (row) => row.email ?? '–' },
    {
      key: 'status',
      header: t('status'),
      visibleFrom: 'xs',
      sortBy: (row) => row.status,
      cell: (row) => <StatusBadge status={row.status} />,
    },
  ];
  return (
    <DataTable
      label={t('accounts.title')}
      rows={people.data.items}
      columns={columns}
      rowKey={({ userId }) => userId}
      initialSort={{ key: 'name' }}
      onChoose={({ userId }) => void navigate({ to: '/admin/people/$userId', params: { userId } })}
    />
  );
};

/** The accounts of those who run Muster. While one acts in an organization, people are those of the organization. */
export const PlatformPeoplePage = () => {
  const t = useText('platform');
  const may = useMay();
  const { actingIn } = useSession();
  if (!may('organizations.manage')) return <NoPermission what={t('accounts.what')} />;
  return (
    <div className={staff.page}>
      <PageHead title={t('accounts.title')} lead={t('accounts.lead')}>
        {actingIn === null && (
          <LinkButton to="/admin/people/new" leftSection={<IconPlus size={17} />}>
            {t('accounts.add')}
          </LinkButton>
        )}
      </PageHead>
      {actingIn === null ? (
        <Accounts />
      ) : (
        <div className={staff.emptyFrame}>
          <EmptyNotice icon={IconUsers} title={t('accounts.away')} hint={t('accounts.away-hint')} />
        </div>
      )}
    </div>
  );
};
