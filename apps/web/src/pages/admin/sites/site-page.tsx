import { Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { SiteMap } from '../../../map/site-map.tsx';
import { useSurroundings } from '../../staff/live-map.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import { LinkText } from '../../staff/links.tsx';
import staff from '../../staff/staff.module.css';
import classes from '../admin.module.css';
import { FencesForm } from './fences-form.tsx';
import { PlanForm } from './plan-form.tsx';
import { AddSite, EditSite } from './site-actions.tsx';

/** One site: where its border runs, and what is drawn inside it. */
export const SitePage = () => {
  const t = useText('admin');
  const may = useMay();
  const { siteId } = useParams({ from: '/staff/office/admin/sites/$siteId' });
  const sites = useQuery(read(routes.listSites, {}));
  const site = sites.data?.items.find((each) => each.siteId === siteId);
  const surroundings = useSurroundings(site);
  if (sites.isPending) return <LoadingBlock height="50dvh" />;
  if (sites.error) return <ErrorNotice error={sites.error} onRetry={() => void sites.refetch()} />;
  if (!site) return <EmptyNotice title={t('sites.unknown')} hint={t('sites.unknown-hint')} />;
  return (
    <div className={staff.page}>
      {(sites.data?.items.length ?? 0) > 1 && (
        <LinkText to="/admin/sites" size="sm">
          {t('sites.back')}
        </LinkText>
      )}
      <PageHead title={site.name} lead={`${site.address} · ${site.timeZone}`}>
        {may('rules.configure') && (
          <>
            <EditSite site={site} />
            <AddSite />
          </>
        )}
      </PageHead>
      {may('rules.configure') ? (
        <>
          <FencesForm key={site.siteId} site={site} plan={surroundings.plan} tileUrl={surroundings.tileUrl} />
          <Paper component="section" aria-label={t('plan.title')}>
            <Title order={2} mb="xs">
              {t('plan.title')}
            </Title>
            <PlanForm site={site} />
          </Paper>
        </>
      ) : (
        <div className={classes.mapFrame}>
          <SiteMap
            label={site.name}
            height="60dvh"
            center={site.center}
            plan={surroundings.plan}
            geofences={site.geofences}
            gates={surroundings.gates}
            tileUrl={surroundings.tileUrl}
          />
        </div>
      )}
    </div>
  );
};
