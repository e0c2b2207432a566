import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from '../staff.module.css';

/** Who looked at this member's location; the member reads the same list. */
export const LooksCard = ({ memberId, timeZone }: { readonly memberId: string; readonly timeZone: string }) => {
  const t = useText('staff');
  const looks = useInfiniteQuery({
    queryKey: [routes.listLooks.operation, memberId],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listLooks,
        { params: { memberId }, query: { limit: 8, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const items = looks.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Paper component="section" aria-label={t('looks.title')}>
      <Title order={3} mb="sm">
        {t('looks.title')}
      </Title>
      {looks.isPending && <LoadingBlock height={80} />}
      {looks.error && <ErrorNotice error={looks.error} onRetry={() => void looks.refetch()} />}
      {looks.data && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('looks.none')}
        </Text>
      )}
      <Stack gap="xs" component="ul" className={classes.signals ?? ''}>
        {items.map((look) => (
          <li key={look.lookId} className={classes.signal}>
            <Text size="sm">
              {t(`looks.${look.kind}`, { name: look.viewerName })}
              {look.reason && ` – ${t('looks.reason', { reason: look.reason })}`}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              {t(`app:role.${look.viewerRole}`)} · <RelativeTime at={look.lookedAt} timeZone={timeZone} />
            </Text>
          </li>
        ))}
      </Stack>
      {looks.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="sm"
          loading={looks.isFetchingNextPage}
          onClick={() => void looks.fetchNextPage()}
        >
          {t('older')}
        </Button>
      )}
    </Paper>
  );
};
