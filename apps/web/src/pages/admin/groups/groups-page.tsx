import type { GroupDetail, Site } from '@muster/contracts';
import { Button, Group, Modal, MultiSelect, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText, useWord } from '../../../i18n/use-text.ts';
import { LinkButton } from '../../staff/links.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { useWriteKey } from '../../staff/use-write-key.ts';

const useSupervisors = () => {
  const supervisors = useQuery(
    read(routes.listPeople, { query: { role: 'supervisor', status: 'active', limit: 200 } }),
  );
  return (supervisors.data?.items ?? []).map(({ userId, displayName, number }) => ({
    value: userId,
    label: number ? `${displayName} · ${number}` : displayName,
  }));
};

const useChanged = () => {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: [routes.listGroupDetails.operation] });
    void queries.invalidateQueries({ queryKey: [routes.listGroups.operation] });
  };
};

interface GroupFormProps {
  /** Null: a new one. */
  readonly group: GroupDetail | null;
  readonly sites: readonly Site[];
  readonly onClose: () => void;
}

const GroupForm = ({ group, sites, onClose }: GroupFormProps) => {
  const t = useText('people');
  const word = useWord();
  const keyOf = useWriteKey();
  const changed = useChanged();
  const known = useSupervisors();
  const [name, setName] = useState(group?.name ?? '');
  const [siteId, setSiteId] = useState(group?.siteId ?? sites[0]?.siteId ?? '');
  const [supervisorIds, setSupervisorIds] = useState<string[]>([...(group?.supervisorIds ?? [])]);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), supervisorIds };
      if (!group)
        return call(routes.addGroup, { body: { ...body, siteId } }, { idempotencyKey: keyOf([body, siteId]) });
      const options = { idempotencyKey: keyOf([body, group.version]), ifMatch: `"${group.version}"` };
      return call(routes.changeGroup, { params: { groupId: group.groupId }, body }, options);
    },
    onSuccess: async (saved) => {
      await changed();
      void notify({ text: t('groups.saved', { name: saved.name }) });
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim()) save.mutate();
  };
  const missing = (group?.supervisorIds ?? [])
    .map((value, index) => ({ value, label: group?.supervisors[index] ?? value }))
    .filter(({ value }) => !known.some((each) => each.value === value));
  return (
    <Stack component="form" onSubmit={submit}>
      <TextInput
        label={t('name')}
        value={name}
        maxLength={80}
        required
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {!group && sites.length > 1 && (
        <NativeSelect
          label={word('site')}
          value={siteId}
          onChange={(event) => setSiteId(event.currentTarget.value)}
          data={sites.map((site) => ({ value: site.siteId, label: site.name }))}
        />
      )}
      <MultiSelect
        label={word('supervisor', 2)}
        description={t('groups.supervisors-hint')}
        searchable
        clearable
        data={[...known, ...missing]}
        value={supervisorIds}
        onChange={setSupervisorIds}
      />
      {save.error && <ErrorNotice error={save.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} disabled={save.isPending}>
          {t('cancel')}
        </Button>
        <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
          {t(group ? 'save' : 'groups.add')}
        </Button>
      </Group>
    </Stack>
  );
};

const RemoveGroup = ({ group, onRemoved }: { readonly group: GroupDetail; readonly onRemoved: () => void }) => {
  const t = useText('people');
  const changed = useChanged();
  const remove = async () => {
    await call(routes.removeGroup, { params: { groupId: group.groupId } });
    await changed();
    void notify({ text: t('groups.removed', { name: group.name }) });
    onRemoved();
  };
  return (
    <ConfirmAction
      title={t('groups.remove-title', { name: group.name })}
      consequence={t('groups.remove-consequence')}
      verb={t('groups.remove')}
      danger
      onConfirm={remove}
    >
      {(ask) => (
        <Button size="xs" variant="subtle" color="red" onClick={ask}>
          {t('groups.remove')}
        </Button>
      )}
    </ConfirmAction>
  );
};

const useColumns = (sites: readonly Site[]): DataColumn<GroupDetail>[] => {
  const t = useText('people');
  const word = useWord();
  const formats = useFormats();
  const nameOf = (id: string) => sites.find(({ siteId }) => siteId === id)?.name ?? '';
  return [
    { key: 'name', header: t('name'), sortBy: ({ name }) => name, cell: ({ name }) => name },
    ...(sites.length > 1
      ? [
          {
            key: 'site',
            header: word('site'),
            sortBy: ({ siteId }: GroupDetail) => nameOf(siteId),
            cell: ({ siteId }: GroupDetail) => nameOf(siteId),
            visibleFrom: 'sm' as const,
          },
        ]
      : []),
    {
      key: 'members',
      header: word('member', 2),
      numeric: true,
      sortBy: ({ memberCount }) => memberCount,
      cell: ({ memberCount }) => formats.number(memberCount),
    },
    {
      key: 'supervisors',
      header: word('supervisor', 2),
      grow: true,
      cell: ({ supervisors }) => (supervisors.length > 0 ? formats.list(supervisors) : t('groups.nobody')),
    },
  ];
};

/** Groups, who is assigned to them, and how many are in them. */
export const GroupsPage = () => {
  const t = useText('people');
  const word = useWord();
  const groups = useQuery(read(routes.listGroupDetails, {}));
  const sites = useQuery(read(routes.listSites, {}));
  const [chosen, setChosen] = useState<string | null>(null);
  const siteItems = sites.data?.items ?? [];
  const columns = useColumns(siteItems);
  const failed = groups.error ?? sites.error;
  const items = groups.data?.items ?? [];
  const group = items.find(({ groupId }) => groupId === chosen) ?? null;
  const close = () => setChosen(null);
  return (
    <div className={staff.page}>
      <PageHead title={word('group', 2)} lead={t('groups.lead')}>
        {siteItems.length > 0 && (
          <Button leftSection={<IconPlus size={17} />} onClick={() => setChosen('new')}>
            {t('groups.add')}
          </Button>
        )}
      </PageHead>
      {failed ? (
        <ErrorNotice
          error={failed}
          onRetry={() => {
            void groups.refetch();
            void sites.refetch();
          }}
        />
      ) : !groups.data || !sites.data ? (
        <LoadingBlock height="40dvh" />
      ) : (
        <DataTable
          label={word('group', 2)}
          rows={items}
          columns={columns}
          rowKey={({ groupId }) => groupId}
          onChoose={({ groupId }) => setChosen(groupId)}
          empty={
            <div className={staff.emptyFrame}>
              <EmptyNotice icon={IconUsersGroup} title={t('groups.none')} hint={t('groups.none-hint')} />
            </div>
          }
        />
      )}
      <Modal
        opened={chosen === 'new' || group !== null}
        onClose={close}
        title={<Text fw={620}>{group?.name ?? t('groups.add')}</Text>}
      >
        {(chosen === 'new' || group) && <GroupForm key={chosen} group={group} sites={siteItems} onClose={close} />}
        {group && (
          <Group mt="md" justify="space-between">
            <LinkButton to="/admin/people" search={{ group: group.groupId }} size="xs" variant="subtle">
              {t('groups.show-members')}
            </LinkButton>
            <RemoveGroup group={group} onRemoved={close} />
          </Group>
        )}
      </Modal>
    </div>
  );
};
