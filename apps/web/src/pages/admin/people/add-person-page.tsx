import { Paper } from '@mantine/core';
import type { PersonFields } from '@muster/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { NoPermission } from '../../../components/no-permission.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { LinkText } from '../../staff/links.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { useWriteKey } from '../../staff/use-write-key.ts';
import { usePeopleList } from './managed-roles.ts';
import { PersonForm } from './person-form.tsx';

/** Somebody new; afterwards their page, where they are invited. */
export const AddPersonPage = () => {
  const t = useText('people');
  const may = useMay();
  const list = usePeopleList();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const add = useMutation({
    mutationFn: (body: PersonFields) => call(routes.addPerson, { body }, { idempotencyKey: keyOf(body) }),
    onSuccess: async ({ userId, displayName }) => {
      void queries.invalidateQueries({ queryKey: [routes.listPeople.operation] });
      void queries.invalidateQueries({ queryKey: [routes.listMembers.operation] });
      void notify({ text: t('added', { name: displayName }) });
      await navigate({ to: '/admin/people/$userId', params: { userId } });
    },
  });
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      {list && (
        <LinkText to={list} size="sm">
          {t('back')}
        </LinkText>
      )}
      <PageHead title={t('add')} lead={t('add-lead')} />
      {may('members.manage') ? (
        <Paper>
          <PersonForm
            person={null}
            verb={t('add')}
            isSaving={add.isPending}
            onSave={(fields) => add.mutate(fields)}
            error={add.error && <ErrorNotice error={add.error} />}
          />
        </Paper>
      ) : (
        <NoPermission />
      )}
    </div>
  );
};
