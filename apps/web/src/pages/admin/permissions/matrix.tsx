import type { Permission } from '@muster/contracts';
import { NativeSelect, Table, Text } from '@mantine/core';
import { Fragment } from 'react';
import { useText } from '../../../i18n/use-text.ts';
import {
  choiceOfRole,
  choicesFor,
  choose,
  isChanged,
  isFixed,
  type OrganizationRole,
  permissionGroups,
} from './choice.ts';
import classes from './permissions.module.css';
import type { PermissionsDraft } from './use-permissions.ts';

const groups = permissionGroups();

const Field = ({
  role,
  permission,
  draft,
}: {
  readonly role: OrganizationRole;
  readonly permission: Permission;
  readonly draft: PermissionsDraft;
}) => {
  const t = useText('permissions');
  const choices = choicesFor(role, permission);
  if (choices.length === 0) return <Text c="dimmed">{t('never')}</Text>;
  const choice = choiceOfRole(draft.said, role, permission);
  if (isFixed(permission)) return <Text>{t(`choice.${choice}`)}</Text>;
  const change = (wanted: string) =>
    draft.change(choose(draft.said, { kind: 'role', role }, role, permission, wanted as typeof choice));
  return (
    <NativeSelect
      className={`${classes.choice} ${isChanged(draft.said, role, permission) ? classes.changed : ''}`}
      aria-label={`${t(nameKey(permission))}, ${t(`app:role.${role}`)}`}
      value={choice}
      data={choices.map((each) => ({ value: each, label: t(`choice.${each}`) }))}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
};

/** A dot in a key would mean a level of the texts. */
export const nameKey = (permission: Permission): string => `code.${permission.replace('.', '-')}`;

/** Roles beside each other, permissions below each other; what differs from the table stands out. */
export const PermissionMatrix = ({
  roles,
  draft,
}: {
  readonly roles: readonly OrganizationRole[];
  readonly draft: PermissionsDraft;
}) => {
  const t = useText('permissions');
  return (
    <div className={classes.frame}>
      <Table aria-label={t('title')} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('permission')}</Table.Th>
            {roles.map((role) => (
              <Table.Th key={role}>{t(`app:role.${role}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...groups].map(([name, permissions]) => (
            <Fragment key={name}>
              <Table.Tr>
                <Table.Th className={classes.groupRow} colSpan={roles.length + 1} scope="colgroup">
                  {t(`group.${name}`)}
                </Table.Th>
              </Table.Tr>
              {permissions.map((permission) => (
                <Table.Tr key={permission}>
                  <Table.Th scope="row" className={classes.permission}>
                    {t(nameKey(permission))}
                    <span className={classes.code}>{permission}</span>
                  </Table.Th>
                  {roles.map((role) => (
                    <Table.Td key={role}>
                      <Field role={role} permission={permission} draft={draft} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
