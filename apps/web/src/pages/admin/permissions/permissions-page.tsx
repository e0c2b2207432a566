import { Autocomplete, NativeSelect } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { type OrganizationRole, organizationRoles } from './choice.ts';
import { PermissionMatrix } from './matrix.tsx';
import classes from './permissions.module.css';
import { SaveBar } from './save-bar.tsx';
import { usePermissions } from './use-permissions.ts';

/** Finds somebody whose permissions are to be explained, or changed for them alone. */
const PersonSearch = () => {
  const t = useText('permissions');
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    ...read(routes.listPeople, { query: { limit: 8, search: asked } }),
    enabled: asked.length > 1,
    placeholderData: keepPreviousData,
  });
  const people = asked.length > 1 ? (found.data?.items ?? []) : [];
  return (
    <Autocomplete
      label={t('of-somebody')}
      placeholder={t('find')}
      leftSection={<IconSearch size={16} stroke={1.7} />}
      value={typed}
      onChange={setTyped}
      filter={({ options }) => options}
      data={people.map(({ userId, displayName }) => ({ value: userId, label: displayName }))}
      onOptionSubmit={(userId) => void navigate({ to: '/admin/permissions/$userId', params: { userId } })}
    />
  );
};

const Matrix = () => {
  const t = useText('permissions');
  const draft = usePermissions();
  const isNarrow = useMediaQuery('(max-width: 62em)');
  const [role, setRole] = useState<OrganizationRole>('supervisor');
  if (draft.settings.isPending) return <LoadingBlock height="60dvh" />;
  if (draft.settings.error) {
    return <ErrorNotice error={draft.settings.error} onRetry={() => void draft.settings.refetch()} />;
  }
  return (
    <>
      <div className={classes.toolbar}>
        <PersonSearch />
        {isNarrow && (
          <NativeSelect
            label={t('role')}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as OrganizationRole)}
            data={organizationRoles.map((each) => ({ value: each, label: t(`app:role.${each}`) }))}
          />
        )}
      </div>
      <PermissionMatrix roles={isNarrow ? [role] : organizationRoles} draft={draft} />
      <SaveBar draft={draft} />
    </>
  );
};

/** Who may do what, and how far: the whole organization's table, to be narrowed and widened. */
export const PermissionsPage = () => {
  const t = useText('permissions');
  const may = useMay();
  return (
    <div className={staff.page}>
      <PageHead title={t('title')} lead={t('lead')} />
      {may('permissions.manage') ? <Matrix /> : <NoPermission what={t('what')} />}
    </div>
  );
};
