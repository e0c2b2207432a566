import { SimpleGrid } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { Consumers, Queues } from './depths.tsx';
import { DeadLetters, FailedJobs } from './failures.tsx';
import { lookAgainMs } from './use-names.ts';

const again = { refetchInterval: lookAgainMs, staleTime: 0 };

/** What was given up and belongs to this organization: it waits for somebody, so it comes first. */
const Failures = () => {
  const t = useText('admin');
  const jobs = useQuery({ ...read(routes.listFailedJobs, {}), ...again });
  const letters = useQuery({ ...read(routes.listDeadLetters, {}), ...again });
  const retry = () => {
    void jobs.refetch();
    void letters.refetch();
  };
  const failed = jobs.error ?? letters.error;
  if (failed) return <ErrorNotice error={failed} onRetry={retry} />;
  if (!jobs.data || !letters.data) return <LoadingBlock />;
  if (jobs.data.total + letters.data.total === 0) {
    return (
      <div className={staff.emptyFrame}>
        <EmptyNotice icon={IconCircleCheck} title={t('operations.all-well')} hint={t('operations.all-well-hint')} />
      </div>
    );
  }
  return (
    <>
      {jobs.data.total > 0 && <FailedJobs jobs={jobs.data.items} total={jobs.data.total} />}
      {letters.data.total > 0 && <DeadLetters letters={letters.data.items} total={letters.data.total} />}
    </>
  );
};

const Depths = () => {
  const depths = useQuery({ ...read(routes.readOperations, {}), ...again });
  if (depths.error) return <ErrorNotice error={depths.error} onRetry={() => void depths.refetch()} />;
  if (!depths.data) return <LoadingBlock height="30dvh" />;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Consumers consumers={depths.data.consumers} />
      <Queues queues={depths.data.queues} />
    </SimpleGrid>
  );
};

/** The work in the background: what failed, with another try, and how much waits. */
export const OperationsPage = () => {
  const t = useText('admin');
  const mayManage = useMay()('operations.manage');
  if (!mayManage) return <NoPermission what={t('operations.what')} />;
  return (
    <div className={staff.page}>
      <PageHead title={t('navigation.operations')} lead={t('operations.lead')} />
      <Failures />
      <Depths />
    </div>
  );
};
