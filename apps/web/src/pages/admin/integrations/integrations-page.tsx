import { Stack } from '@mantine/core';
import { useMay } from '../../../app/session.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { ApiKeysSection } from './api-keys.tsx';
import { SingleSignOnSection } from './single-sign-on.tsx';

/** What else is connected to Muster: programs with keys, and the identity provider of the organization. */
export const IntegrationsPage = () => {
  const t = useText('integrations');
  const may = useMay();
  const mayKeys = may('integrations.manage');
  const maySignOn = may('security.configure');
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={t('title')} lead={t('lead')} />
      {!mayKeys && !maySignOn ? (
        <NoPermission what={t('what')} />
      ) : (
        <Stack>
          {mayKeys && <ApiKeysSection />}
          {maySignOn && <SingleSignOnSection />}
        </Stack>
      )}
    </div>
  );
};
