import { Button, Center, SegmentedControl } from '@mantine/core';
import { IconBellCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { call, routes } from '../../../api/client.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../page-head.tsx';
import { AlertCard } from './alert-card.tsx';
import classes from '../staff.module.css';

const useAlerts = (showsAll: boolean) =>
  useInfiniteQuery({
    queryKey: ['alerts', showsAll],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listAlerts,
        { query: { limit: 30, ...(showsAll ? {} : { open: 'true' }), ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** All alerts, newest first; those that nobody takes care of yet by default. */
export const AlertsPage = () => {
  const t = useText('staff');
  const { show } = useSearch({ from: '/staff/desk/staff/alerts' });
  const navigate = useNavigate();
  const showsAll = show === 'all';
  const alerts = useAlerts(showsAll);
  const items = alerts.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={`${classes.page} ${classes.reading}`}>
      <PageHead title={t('alerts.title')} lead={t('alerts.lead')}>
        <SegmentedControl
          aria-label={t('alerts.filter')}
          value={showsAll ? 'all' : 'open'}
          onChange={(value) =>
            void navigate({ to: '/staff/alerts', search: { show: value === 'all' ? 'all' : undefined }, replace: true })
          }
          data={[
            { value: 'open', label: t('alerts.filter-open') },
            { value: 'all', label: t('alerts.filter-all') },
          ]}
        />
      </PageHead>
      {alerts.isPending ? (
        <LoadingBlock />
      ) : alerts.error ? (
        <ErrorNotice error={alerts.error} onRetry={() => void alerts.refetch()} />
      ) : items.length === 0 ? (
        <div className={classes.emptyFrame}>
          <EmptyNotice
            icon={IconBellCheck}
            title={t(showsAll ? 'alerts.none' : 'alerts.none-open')}
            hint={t(showsAll ? 'alerts.none-hint' : 'alerts.none-open-hint')}
          />
        </div>
      ) : (
        <ul className={classes.cards} aria-label={t('alerts.title')}>
          {items.map((alert) => (
            <AlertCard key={alert.alertId} alert={alert} />
          ))}
        </ul>
      )}
      {alerts.hasNextPage && (
        <Center>
          <Button variant="default" loading={alerts.isFetchingNextPage} onClick={() => void alerts.fetchNextPage()}>
            {t('older')}
          </Button>
        </Center>
      )}
    </div>
  );
};
