import type { Consent, OwnPrivacy } from '@muster/contracts';
import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call, read, routes } from '../../api/client.ts';
import { useProfile } from '../../app/session.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import { useWriteKey } from '../staff/use-write-key.ts';
import { ConsentRows } from './consent-rows.tsx';
import { Part } from './part.tsx';
import classes from './privacy.module.css';
import { RequestRows, whileRunning } from './request-rows.tsx';
import { useOwnPrivacy } from './use-own-privacy.ts';

const Consents = ({ privacy }: { readonly privacy: OwnPrivacy }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const { queryKey } = useOwnPrivacy();
  const withdraw = async ({ memberId, purpose }: Consent) => {
    queries.setQueryData(queryKey, await call(routes.withdrawConsent, { body: { memberId, purpose } }));
    await queries.invalidateQueries({ predicate: (known) => known.queryKey[0] !== queryKey[0] });
  };
  const agree = async ({ memberId, purpose }: Consent) => {
    const standing = privacy.consents.filter(
      (each) => each.memberId === memberId && each.isNewest && each.answer === 'agreed' && each.withdrawnAt === null,
    );
    const agreed = [...standing.map((each) => each.purpose), purpose];
    const { version = 0, language = 'en' } = privacy.notice ?? {};
    const body = { version, language, answers: [{ memberId, agreed }] };
    queries.setQueryData(queryKey, await call(routes.giveConsent, { body }));
    await queries.invalidateQueries({ predicate: (known) => known.queryKey[0] !== queryKey[0] });
  };
  if (privacy.consents.length === 0) return <Text size="sm">{t('own.no-consents')}</Text>;
  return (
    <ConsentRows
      consents={privacy.consents}
      action={(consent) => {
        if (!consent.isNewest || consent.answer === 'told') return null;
        if (consent.answer === 'declined' || consent.withdrawnAt !== null) {
          return (
            <ConfirmAction
              title={t('consent.agree', { purpose: t(`purpose.${consent.purpose}`) })}
              consequence={t(`purpose.${consent.purpose}-hint`)}
              verb={t('agree')}
              onConfirm={() => agree(consent)}
            >
              {(open) => (
                <Button size="xs" variant="default" onClick={open}>
                  {t('agree')}
                </Button>
              )}
            </ConfirmAction>
          );
        }
        return (
          <ConfirmAction
            title={t('withdraw.title', { purpose: t(`purpose.${consent.purpose}`) })}
            consequence={t(`withdraw.${consent.purpose}`, { name: consent.memberName })}
            verb={t('withdraw.verb')}
            danger
            onConfirm={() => withdraw(consent)}
          >
            {(open) => (
              <Button size="xs" variant="default" onClick={open}>
                {t('withdraw.open')}
              </Button>
            )}
          </ConfirmAction>
        );
      }}
    />
  );
};

/** From the 18th birthday on. */
const Guardians = ({ privacy }: { readonly privacy: OwnPrivacy }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const { queryKey } = useOwnPrivacy();
  const keyOf = useWriteKey();
  const grant = useMutation({
    mutationFn: ({ guardianId, maySee, mayLive }: OwnPrivacy['guardians'][number]) => {
      const body = { maySee, mayLive: maySee && mayLive };
      return call(
        routes.grantGuardian,
        { params: { guardianId }, body },
        { idempotencyKey: keyOf({ guardianId, body, before: privacy.guardians }) },
      );
    },
    onSuccess: (changed) => queries.setQueryData(queryKey, changed),
  });
  if (privacy.guardians.length === 0) return <Text size="sm">{t('guardians.none')}</Text>;
  return (
    <>
      <ul className={classes.rows}>
        {privacy.guardians.map((guardian) => (
          <li key={guardian.guardianId}>
            <Text fw={550} className={classes.rowText ?? ''}>
              {guardian.displayName}
            </Text>
            <Group gap="lg">
              <Switch
                label={t('guardians.see')}
                aria-label={t('guardians.see-of', { name: guardian.displayName })}
                checked={guardian.maySee}
                disabled={!privacy.ofAge || grant.isPending}
                onChange={(event) => grant.mutate({ ...guardian, maySee: event.currentTarget.checked })}
              />
              <Switch
                label={t('guardians.live')}
                aria-label={t('guardians.live-of', { name: guardian.displayName })}
                checked={guardian.mayLive}
                disabled={!privacy.ofAge || !guardian.maySee || grant.isPending}
                onChange={(event) => grant.mutate({ ...guardian, mayLive: event.currentTarget.checked })}
              />
            </Group>
          </li>
        ))}
      </ul>
      {grant.error && <ErrorNotice error={grant.error} />}
    </>
  );
};

const OwnData = () => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const what = read(routes.listOwnDataRequests, {});
  const requests = useQuery({ ...what, refetchInterval: ({ state }) => whileRunning(state.data?.items) });
  const begin = useMutation({
    mutationFn: () => call(routes.exportOwnData, {}),
    onSuccess: () => void queries.invalidateQueries({ queryKey: what.queryKey }),
  });
  const items = requests.data?.items ?? [];
  return (
    <Stack gap="sm">
      {requests.isPending && <LoadingBlock height={60} />}
      {requests.error && !requests.data && (
        <ErrorNotice error={requests.error} onRetry={() => void requests.refetch()} />
      )}
      <RequestRows requests={items} />
      {begin.error && <ErrorNotice error={begin.error} />}
      <Group>
        <Button
          variant="default"
          loading={begin.isPending}
          disabled={items.some(({ state, kind }) => kind === 'export' && state === 'running')}
          onClick={() => begin.mutate()}
        >
          {t('own.export')}
        </Button>
      </Group>
    </Stack>
  );
};

/** Everybody's own: what was agreed to, who sees and who looked, and all data as a file. */
export const OwnPrivacyPage = () => {
  const t = useText('privacy');
  const { role } = useProfile();
  const { query } = useOwnPrivacy();
  const answers = role === 'member' || role === 'guardian';
  const content = () => {
    if (query.isPending) return <LoadingBlock height={240} />;
    if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
    return (
      <>
        {answers && (
          <Part title={t('own.consents')} hint={t('own.consents-hint')}>
            <Consents privacy={query.data} />
          </Part>
        )}
        {role === 'member' && (
          <Part
            title={t('guardians.title')}
            hint={t(query.data.ofAge ? 'guardians.hint-of-age' : 'guardians.hint-minor')}
          >
            <Guardians privacy={query.data} />
          </Part>
        )}
      </>
    );
  };
  return (
    <Stack gap="md" maw="44rem">
      <PageHead title={t('own.title')} lead={t('own.lead')} />
      <Group>
        <Button component={Link} to="/privacy/sheet" variant="default">
          {t('sheet.open')}
        </Button>
        {role === 'member' && (
          <Button component={Link} to="/my/looks" variant="default">
            {t('own.looks')}
          </Button>
        )}
      </Group>
      {content()}
      <Part title={t('own.data')} hint={t('own.data-hint')}>
        <OwnData />
      </Part>
    </Stack>
  );
};
