import { Button, Group, Paper, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouteAnswer, RouteRequest } from '@muster/contracts';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { notify } from '../../app/notify.tsx';
import { useMay } from '../../app/session.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useText } from '../../i18n/use-text.ts';
import admin from '../admin/admin.module.css';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { useWriteKey } from '../staff/use-write-key.ts';

type Policy = RouteAnswer<typeof routes.readSignInPolicy>;
type Wishes = RouteRequest<typeof routes.changeSignInPolicy>['body'];

const wishesOf = ({ staffSecondFactor, oneDevicePerMember, approveFirstDevice }: Policy): Wishes => ({
  staffSecondFactor,
  oneDevicePerMember,
  approveFirstDevice,
});

const PolicyForm = ({ policy }: { readonly policy: Policy }) => {
  const t = useText('security');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const before = wishesOf(policy);
  const [wishes, setWishes] = useState(before);
  const wish = (changes: Partial<Wishes>) => setWishes((now) => ({ ...now, ...changes }));
  const isRequired = wishes.staffSecondFactor;
  const save = useMutation({
    mutationFn: (body: Wishes) => {
      return call(routes.changeSignInPolicy, { body }, { idempotencyKey: keyOf({ body, policy }) });
    },
    onSuccess: (saved) => {
      queries.setQueryData(read(routes.readSignInPolicy, {}).queryKey, saved);
      void notify({ text: t('policy.saved') });
    },
  });
  const without = policy.staff - policy.withSecondFactor;
  return (
    <Paper>
      <Stack>
        <div className={admin.withConsequence}>
          <Switch
            checked={isRequired}
            onChange={(event) => wish({ staffSecondFactor: event.currentTarget.checked })}
            label={t('policy.staff')}
            description={t('policy.staff-hint')}
          />
          <aside className={admin.consequence} aria-live="polite">
            <Text size="sm" fw={600}>
              {t('policy.consequence')}
            </Text>
            <Text size="sm">{t(isRequired ? 'policy.required' : 'policy.free', { count: without })}</Text>
            <Text size="sm" c="dimmed" mt={6}>
              {t('policy.standing', { count: policy.staff, secured: policy.withSecondFactor })}
            </Text>
          </aside>
        </div>
        <Switch
          checked={wishes.oneDevicePerMember}
          onChange={(event) => wish({ oneDevicePerMember: event.currentTarget.checked })}
          label={t('policy.one-device')}
          description={t('policy.one-device-hint')}
        />
        <Switch
          checked={wishes.approveFirstDevice}
          onChange={(event) => wish({ approveFirstDevice: event.currentTarget.checked })}
          label={t('policy.first-device')}
          description={t('policy.first-device-hint')}
        />
        {save.error && (
          <ErrorNotice error={save.error}>
            {isProblem(save.error, 'second-factor-required') && (
              <Button component={Link} to="/security" size="xs" variant="default">
                {t('policy.own')}
              </Button>
            )}
          </ErrorNotice>
        )}
        <Group>
          <Button
            loading={save.isPending}
            disabled={JSON.stringify(wishes) === JSON.stringify(before)}
            onClick={() => save.mutate(wishes)}
          >
            {t('policy.save')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
};

/** What the organization asks of those who sign in. */
export const PolicyPage = () => {
  const t = useText('security');
  const may = useMay();
  const isPermitted = may('security.configure');
  const policy = useQuery({ ...read(routes.readSignInPolicy, {}), enabled: isPermitted });
  const content = () => {
    if (!isPermitted) return <NoPermission what={t('policy.what')} />;
    if (policy.isPending) return <LoadingBlock />;
    if (!policy.data) return <ErrorNotice error={policy.error} onRetry={() => void policy.refetch()} />;
    return <PolicyForm key={JSON.stringify(wishesOf(policy.data))} policy={policy.data} />;
  };
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={t('policy.title')} lead={t('policy.lead')} />
      {content()}
    </div>
  );
};
