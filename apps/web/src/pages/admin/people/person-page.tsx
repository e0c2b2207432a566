import type { PersonDetail, PersonFields, PersonStatus } from '@muster/contracts';
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call, read, routes } from '../../../api/client.ts';
import { isProblem } from '../../../api/problem.ts';
import { notify } from '../../../app/notify.tsx';
import { useMay, useProfile } from '../../../app/session.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { MemberDevices } from '../../devices/member-devices.tsx';
import { TeacherCodeSection } from '../../registration/teacher-code-section.tsx';
import { LinkButton, LinkText } from '../../staff/links.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { useWriteKey } from '../../staff/use-write-key.ts';
import { GuardianLinks } from './guardian-links.tsx';
import { Invitations } from './invitations.tsx';
import { useManagedRoles, usePeopleList } from './managed-roles.ts';
import classes from './people.module.css';
import { StatusBadge } from './people-table.tsx';
import { PersonForm } from './person-form.tsx';
import { SignInSection } from './sign-in-section.tsx';

const useKeep = (userId: string) => {
  const queries = useQueryClient();
  return (person: PersonDetail) => {
    queries.setQueryData(read(routes.readPerson, { params: { userId } }).queryKey, person);
    for (const { operation } of [routes.listPeople, routes.listMembers, routes.listGroups, routes.listGroupDetails])
      void queries.invalidateQueries({ queryKey: [operation] });
  };
};

const Details = ({ person, onReload }: { readonly person: PersonDetail; readonly onReload: () => void }) => {
  const t = useText('people');
  const keep = useKeep(person.userId);
  const keyOf = useWriteKey();
  const save = useMutation({
    mutationFn: (body: PersonFields) => {
      const key = { idempotencyKey: keyOf([body, person.version]), ifMatch: `"${person.version}"` };
      return call(routes.changePerson, { params: { userId: person.userId }, body }, key);
    },
    onSuccess: (saved) => {
      keep(saved);
      void notify({ text: t('saved') });
    },
  });
  return (
    <Paper component="section" aria-label={t('details')}>
      <Title order={2} mb="sm">
        {t('details')}
      </Title>
      <PersonForm
        person={person}
        verb={t('save')}
        isSaving={save.isPending}
        onSave={(fields) => save.mutate(fields)}
        error={
          save.error && (
            <ErrorNotice error={save.error}>
              {isProblem(save.error, 'changed-meanwhile') && (
                <Button size="xs" variant="default" onClick={onReload}>
                  {t('load-newest')}
                </Button>
              )}
            </ErrorNotice>
          )
        }
      />
    </Paper>
  );
};

const changesOf: Record<PersonStatus, readonly PersonStatus[]> = {
  active: ['suspended', 'left'],
  suspended: ['active', 'left'],
  left: ['active'],
};

const Standing = ({ person }: { readonly person: PersonDetail }) => {
  const t = useText('people');
  const keep = useKeep(person.userId);
  const keyOf = useWriteKey();
  const change = async (status: PersonStatus) => {
    const body = { status };
    const key = { idempotencyKey: keyOf([body, person.version]), ifMatch: `"${person.version}"` };
    keep(await call(routes.changeStatus, { params: { userId: person.userId }, body }, key));
    void notify({ text: t(`status.done-${status}`, { name: person.displayName }) });
  };
  return (
    <Paper component="section" aria-label={t('status.title')}>
      <Title order={2} mb="sm">
        {t('status.title')}
      </Title>
      <Stack gap="sm" align="flex-start">
        <StatusBadge status={person.status} />
        <Text size="sm" c="dimmed">
          {t(`status.${person.status}-hint`)}
        </Text>
        <Group gap="xs">
          {changesOf[person.status].map((status) => (
            <ConfirmAction
              key={status}
              title={t(`status.ask-${status}`, { name: person.displayName })}
              consequence={t(`status.consequence-${status}`)}
              verb={t(`status.verb-${status}`)}
              danger={status !== 'active'}
              onConfirm={() => change(status)}
            >
              {(ask) => (
                <Button size="xs" variant="default" onClick={ask}>
                  {t(`status.verb-${status}`)}
                </Button>
              )}
            </ConfirmAction>
          ))}
        </Group>
      </Stack>
    </Paper>
  );
};

const AssignedGroups = ({ person }: { readonly person: PersonDetail }) => {
  const t = useText('people');
  const formats = useFormats();
  const may = useMay();
  return (
    <Paper component="section" aria-label={t('assigned')}>
      <Title order={2} mb="sm">
        {t('assigned')}
      </Title>
      <Text size="sm">
        {person.assignedGroups.length === 0
          ? t('assigned-none')
          : formats.list(person.assignedGroups.map(({ name }) => name))}
      </Text>
      {may('rules.configure') && (
        <LinkText to="/admin/groups" size="sm" mt="xs">
          {t('assigned-change')}
        </LinkText>
      )}
    </Paper>
  );
};

/** One person: what is known, whether they may sign in, how they get in, and whom they are linked to. */
export const PersonPage = () => {
  const t = useText('people');
  const may = useMay();
  const profile = useProfile();
  const managed = useManagedRoles();
  const list = usePeopleList();
  const { userId } = useParams({ from: '/staff/office/admin/people/$userId' });
  const person = useQuery(read(routes.readPerson, { params: { userId } }));
  if (person.isPending) return <LoadingBlock height="50dvh" />;
  if (isProblem(person.error, 'not-found')) return <EmptyNotice title={t('unknown')} hint={t('unknown-hint')} />;
  if (person.error) return <ErrorNotice error={person.error} onRetry={() => void person.refetch()} />;
  const { data } = person;
  const isManaged = managed.includes(data.role);
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      {list && (
        <LinkText to={list} size="sm">
          {t('back')}
        </LinkText>
      )}
      <PageHead title={data.displayName} lead={t(`app:role.${data.role}`)}>
        {data.role === 'member' && (
          <LinkButton to="/staff/members/$memberId" params={{ memberId: userId }} variant="default">
            {t('attendance')}
          </LinkButton>
        )}
      </PageHead>
      <div className={classes.columns}>
        <Stack>
          <Details key={data.userId} person={data} onReload={() => void person.refetch()} />
          {data.role === 'member' && <GuardianLinks person={data} />}
          {data.role === 'guardian' && <GuardianLinks person={data} />}
          {data.role === 'supervisor' && <AssignedGroups person={data} />}
        </Stack>
        <Stack>
          {isManaged && userId !== profile.userId && <Standing person={data} />}
          {data.role === 'member' && data.status === 'active' && may('devices.manage') && (
            <TeacherCodeSection memberId={userId} name={data.displayName} />
          )}
          {data.role === 'member' && may('devices.manage') && (
            <MemberDevices memberId={userId} name={data.displayName} />
          )}
          {isManaged && <Invitations person={data} />}
          {may('security.configure') && <SignInSection key={userId} person={data} />}
        </Stack>
      </div>
    </div>
  );
};
