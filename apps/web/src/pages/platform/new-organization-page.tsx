import type { RouteAnswer } from '@muster/contracts';
import { Paper } from '@mantine/core';
import { useState } from 'react';
import type { routes } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useText } from '../../i18n/use-text.ts';
import { LinkText } from '../staff/links.tsx';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { InviteAdministrator } from './invite-administrator.tsx';
import { OrganizationForm } from './organization-form.tsx';

type Created = RouteAnswer<typeof routes.createOrganization>;

/** Two steps: the organization with its first site and administrator; then the administrator is invited. */
export const NewOrganizationPage = () => {
  const t = useText('platform');
  const may = useMay();
  const [created, setCreated] = useState<(Created & { readonly email: string }) | null>(null);
  const title = created ? t('new.made', { name: created.organization.name }) : t('new.title');
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <LinkText to="/platform" size="sm">
        {t('back')}
      </LinkText>
      <PageHead title={title} lead={t(created ? 'invite.lead' : 'new.lead')} />
      {!may('organizations.manage') ? (
        <NoPermission />
      ) : (
        <Paper>
          {created ? <InviteAdministrator created={created} /> : <OrganizationForm onCreated={setCreated} />}
        </Paper>
      )}
    </div>
  );
};
