import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { read, routes } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { IconFileCheck } from '@tabler/icons-react';
import { useText } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { NoticesPart } from './notices-part.tsx';
import { Part } from './part.tsx';
import { PersonPart } from './person-part.tsx';
import { RequestRows, whileRunning } from './request-rows.tsx';
import { RetentionPart } from './retention-part.tsx';
import type { PrivacySection } from './search.ts';

const page = getRouteApi('/staff/admin/privacy');

const Requests = () => {
  const t = useText('privacy');
  const requests = useQuery({
    ...read(routes.listDataRequests, {}),
    refetchInterval: ({ state }) => whileRunning(state.data?.items),
  });
  if (requests.isPending) return <LoadingBlock height={160} />;
  if (!requests.data) return <ErrorNotice error={requests.error} onRetry={() => void requests.refetch()} />;
  return (
    <Part title={t('requests.title')} hint={t('requests.hint')}>
      {requests.data.items.length === 0 ? (
        <EmptyNotice icon={IconFileCheck} title={t('requests.none')} />
      ) : (
        <RequestRows requests={requests.data.items} withNames />
      )}
    </Part>
  );
};

/** Notices, retention, and what people ask about their data. */
export const OrganizationPrivacyPage = () => {
  const t = useText('privacy');
  const may = useMay();
  const { section = 'notices', person } = page.useSearch();
  const navigate = page.useNavigate();
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={t('organization.title')} lead={t('organization.lead')} />
      {may('privacy.manage') ? (
        <Tabs
          value={section}
          keepMounted={false}
          onChange={(value) => void navigate({ search: { section: value as PrivacySection, person } })}
        >
          <Tabs.List mb="md">
            {(['notices', 'retention', 'requests', 'person'] as const).map((each) => (
              <Tabs.Tab key={each} value={each}>
                {t(`organization.${each}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="notices">
            <NoticesPart />
          </Tabs.Panel>
          <Tabs.Panel value="retention">
            <RetentionPart />
          </Tabs.Panel>
          <Tabs.Panel value="requests">
            <Requests />
          </Tabs.Panel>
          <Tabs.Panel value="person">
            <PersonPart
              userId={person}
              onChoose={(chosen) => void navigate({ search: { section: 'person', person: chosen } })}
            />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <NoPermission what={t('organization.what')} />
      )}
    </div>
  );
};
