import type { Site } from '@muster/contracts';
import { IconMapPin } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { AddSite } from './site-actions.tsx';

/** All sites; where there is only one, it opens at once. */
export const SitesPage = () => {
  const t = useText('admin');
  const formats = useFormats();
  const navigate = useNavigate();
  const may = useMay();
  const sites = useQuery(read(routes.listSites, {}));
  if (sites.isPending) return <LoadingBlock height="40dvh" />;
  if (sites.error) return <ErrorNotice error={sites.error} onRetry={() => void sites.refetch()} />;
  const { items } = sites.data;
  const [only] = items;
  if (only && items.length === 1)
    return <Navigate to="/admin/sites/$siteId" params={{ siteId: only.siteId }} replace />;
  const columns: DataColumn<Site>[] = [
    { key: 'name', header: t('sites.name'), grow: true, sortBy: ({ name }) => name, cell: ({ name }) => name },
    { key: 'address', header: t('sites.address'), visibleFrom: 'sm', cell: ({ address }) => address },
    { key: 'zone', header: t('sites.zone'), visibleFrom: 'md', cell: ({ timeZone }) => timeZone },
    {
      key: 'fences',
      header: t('sites.fences'),
      cell: ({ geofences }) =>
        geofences.length > 0 ? formats.list(geofences.map(({ name }) => name)) : t('sites.no-fence'),
    },
  ];
  return (
    <div className={staff.page}>
      <PageHead title={t('navigation.sites')} lead={t('sites.lead')}>
        {may('rules.configure') && <AddSite />}
      </PageHead>
      <DataTable
        label={t('navigation.sites')}
        rows={items}
        columns={columns}
        rowKey={({ siteId }) => siteId}
        initialSort={{ key: 'name' }}
        onChoose={({ siteId }) => void navigate({ to: '/admin/sites/$siteId', params: { siteId } })}
        empty={
          <div className={staff.emptyFrame}>
            <EmptyNotice icon={IconMapPin} title={t('sites.none')} hint={t('sites.none-hint')} />
          </div>
        }
      />
    </div>
  );
};
