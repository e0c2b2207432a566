import type { geoRoutes, RouteAnswer } from '@muster/contracts';
import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import i18next from 'i18next';
import { call, routes } from '../../../api/client.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText, useVocabulary } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import { Section } from '../section.tsx';

type Look = RouteAnswer<typeof geoRoutes.listLooks>['items'][number];

const shownAtFirst = 3;

const useLooks = (memberId: string) =>
  useInfiniteQuery({
    queryKey: ['looks', memberId],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listLooks,
        { params: { memberId }, query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last: RouteAnswer<typeof geoRoutes.listLooks>) => last.nextCursor,
  });

const LookRow = ({ look }: { readonly look: Look }) => {
  const t = useText('member');
  const vocabulary = useVocabulary();
  const app = useText('app');
  const isKnownRole =
    i18next.exists(`app:role.${look.viewerRole}`) || i18next.exists(`app:role.${look.viewerRole}_${vocabulary}`);
  return (
    <li>
      <Group justify="space-between" align="baseline" wrap="nowrap" gap="sm">
        <Text size="sm" fw={560}>
          {look.viewerName}
        </Text>
        <Text component="div" size="xs" c="dimmed" className={classes.when ?? ''}>
          <RelativeTime at={look.lookedAt} />
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {isKnownRole ? `${app(`role.${look.viewerRole}`)} · ` : ''}
        {t(`looks.kind.${look.kind}`)} · {t(`looks.purpose.${look.purpose}`)}
      </Text>
      {look.reason && <Text size="sm">{t('looks.reason', { reason: look.reason })}</Text>}
    </li>
  );
};

const Rows = ({ looks }: { readonly looks: readonly Look[] }) => (
  <Paper p={0}>
    <ul className={classes.rows}>
      {looks.map((look) => (
        <LookRow key={look.lookId} look={look} />
      ))}
    </ul>
  </Paper>
);

const NobodyLooked = () => {
  const t = useText('member');
  return (
    <Paper>
      <Text size="sm" c="dimmed">
        {t('looks.empty')}
      </Text>
    </Paper>
  );
};

/** The newest looks at the own location, with the way to all of them. */
export const LatestLooks = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('member');
  const query = useLooks(memberId);
  const looks = query.data?.pages[0]?.items ?? [];
  return (
    <Section
      title={t('looks.title')}
      more={
        looks.length > shownAtFirst && (
          <Link to="/my/looks" className={classes.more ?? ''}>
            {t('show-all')}
          </Link>
        )
      }
    >
      {query.isPending && <LoadingBlock height={64} />}
      {query.isError && looks.length === 0 && (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('looks.failed')} />
      )}
      {query.isSuccess && looks.length === 0 && <NobodyLooked />}
      {looks.length > 0 && <Rows looks={looks.slice(0, shownAtFirst)} />}
    </Section>
  );
};

/** Everyone who looked at a member's location, newest first. */
export const LooksList = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('member');
  const query = useLooks(memberId);
  const looks = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="sm">
      {query.isPending && <LoadingBlock height={120} />}
      {query.isError && looks.length === 0 && (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('looks.failed')} />
      )}
      {query.isSuccess && looks.length === 0 && (
        <Paper p={0}>
          <EmptyNotice icon={IconEyeOff} title={t('looks.empty')} hint={t('looks.empty-hint')} />
        </Paper>
      )}
      {looks.length > 0 && <Rows looks={looks} />}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('show-more')}
        </Button>
      )}
    </Stack>
  );
};
