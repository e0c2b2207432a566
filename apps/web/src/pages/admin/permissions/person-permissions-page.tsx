import type { Permission, PermissionExplanation } from '@muster/contracts';
import { Anchor, NativeSelect, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { choiceOfRole, choiceOfUser, choicesFor, choose, isChanged, isFixed, permissionGroups } from './choice.ts';
import { nameKey } from './matrix.tsx';
import classes from './permissions.module.css';
import { SaveBar } from './save-bar.tsx';
import { type PermissionsDraft, usePermissions } from './use-permissions.ts';

type Decisions = PermissionExplanation['permissions'][number]['decisions'];

/** One sentence for each tie about which something was decided. */
const Why = ({ decisions }: { readonly decisions: Decisions }) => {
  const t = useText('permissions');
  if (decisions.length === 0) return <span className={classes.why}>{t('why.nothing')}</span>;
  return decisions.map(({ tie, decision }) => (
    <div key={tie} className={classes.why}>
      {t(`why.${decision}`, { tie: t(`choice.${tie}`) })}
    </div>
  ));
};

const Row = ({
  permission,
  explained,
  draft,
}: {
  readonly permission: Permission;
  readonly explained: PermissionExplanation;
  readonly draft: PermissionsDraft;
}) => {
  const t = useText('permissions');
  const { role, userId } = explained;
  const choices = choicesFor(role, permission);
  const asRole = t('choice.as-role', { choice: t(`choice.${choiceOfRole(draft.said, role, permission)}`) });
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.permission}>
        {t(nameKey(permission))}
        <span className={classes.code}>{permission}</span>
      </Table.Th>
      <Table.Td>
        {isFixed(permission) ? (
          <Text>{t(`choice.${choiceOfRole(draft.said, role, permission)}`)}</Text>
        ) : (
          <NativeSelect
            className={`${classes.choice} ${isChanged(draft.said, userId, permission) ? classes.changed : ''}`}
            aria-label={t(nameKey(permission))}
            value={choiceOfUser(draft.said, role, userId, permission)}
            data={[
              { value: 'as-role', label: asRole },
              ...choices.map((each) => ({ value: each, label: t(`choice.${each}`) })),
            ]}
            onChange={(event) =>
              draft.change(
                choose(
                  draft.said,
                  { kind: 'user', userId },
                  role,
                  permission,
                  event.currentTarget.value as (typeof choices)[number],
                ),
              )
            }
          />
        )}
      </Table.Td>
      <Table.Td>
        <Why decisions={explained.permissions.find((each) => each.permission === permission)?.decisions ?? []} />
      </Table.Td>
    </Table.Tr>
  );
};

const Explained = ({ explained }: { readonly explained: PermissionExplanation }) => {
  const t = useText('permissions');
  const draft = usePermissions();
  if (draft.settings.isPending) return <LoadingBlock height="60dvh" />;
  if (draft.settings.error) {
    return <ErrorNotice error={draft.settings.error} onRetry={() => void draft.settings.refetch()} />;
  }
  const offered = [...permissionGroups().values()]
    .flat()
    .filter((permission) => choicesFor(explained.role, permission).length > 0);
  return (
    <Stack>
      <Paper>
        <Title order={2} size="h4">
          {t('reach')}
        </Title>
        {explained.reach.length === 0 && <Text size="sm">{t('reach-nobody')}</Text>}
        {explained.reach.map(({ tie, memberCount, groups }) => (
          <Text size="sm" key={tie}>
            {t(`reach-${tie}`, { count: memberCount, groups: groups.map(({ name }) => name).join(', ') })}
          </Text>
        ))}
      </Paper>
      <div className={classes.frame}>
        <Table aria-label={t('title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('permission')}</Table.Th>
              <Table.Th>{t('held')}</Table.Th>
              <Table.Th>{t('because')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {offered.map((permission) => (
              <Row key={permission} permission={permission} explained={explained} draft={draft} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <SaveBar draft={draft} />
    </Stack>
  );
};

/** What one user may do, and why; with what is said of them alone. */
export const PersonPermissionsPage = () => {
  const t = useText('permissions');
  const may = useMay();
  const { userId } = useParams({ from: '/staff/office/admin/permissions/$userId' });
  const isAllowed = may('permissions.manage');
  const explained = useQuery({ ...read(routes.explainPermissions, { params: { userId } }), enabled: isAllowed });
  const content = () => {
    if (!isAllowed) return <NoPermission what={t('what')} />;
    if (explained.isPending) return <LoadingBlock height="60dvh" />;
    if (explained.error) return <ErrorNotice error={explained.error} onRetry={() => void explained.refetch()} />;
    return <Explained explained={explained.data} />;
  };
  const { data } = explained;
  return (
    <div className={staff.page}>
      <PageHead
        title={data?.displayName ?? t('title')}
        lead={data === undefined ? t('lead') : t('person-lead', { role: t(`app:role.${data.role}`) })}
      >
        <Anchor component={Link} to="/admin/permissions">
          {t('back')}
        </Anchor>
      </PageHead>
      {content()}
    </div>
  );
};
