import { Button, Group, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconBellOff } from '@tabler/icons-react';
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { InboxItem } from '@muster/contracts';
import { useEffect, useEffectEvent, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { nowMs } from '../../../app/clock.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText } from '../../../i18n/use-text.ts';
import member from '../member.module.css';
import classes from './inbox.module.css';
import { unreadKey } from './use-unread.ts';

/** So long an item has to stand on the screen to count as read. */
const readAfterMs = 2_000;

interface InboxPageOfItems {
  readonly items: readonly InboxItem[];
  readonly nextCursor: string | null;
  readonly unread: number;
}

/** The own inbox, newest first. */
export const useInbox = () =>
  useInfiniteQuery({
    queryKey: ['inbox', 'items'],
    queryFn: ({ pageParam, signal }) =>
      call(routes.readInbox, { query: { limit: 25, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: '',
    getNextPageParam: (last: InboxPageOfItems) => last.nextCursor,
  });

/** Marks what is shown as read, and keeps it marked as new while the page stays open. */
const useReading = (items: readonly InboxItem[]): ReadonlySet<string> => {
  const queries = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const unread = items.filter(({ readAt }) => readAt === null).map(({ itemId }) => itemId);
  const key = unread.join();
  const markRead = useEffectEvent(async (itemIds: readonly string[]) => {
    setFresh((known) => new Set([...known, ...itemIds]));
    const answer = await call(routes.markInboxRead, { body: { itemIds: itemIds.slice(0, 200) } }).catch(() => null);
    if (!answer) return;
    queries.setQueryData(unreadKey, answer.unread);
    const at = new Date(nowMs()).toISOString();
    queries.setQueryData<InfiniteData<InboxPageOfItems>>(
      ['inbox', 'items'],
      (known) =>
        known && {
          ...known,
          pages: known.pages.map((page) => ({
            ...page,
            items: page.items.map((item) => (itemIds.includes(item.itemId) ? { ...item, readAt: at } : item)),
          })),
        },
    );
  });
  useEffect(() => {
    if (key === '') return undefined;
    const timer = setTimeout(() => void markRead(key.split(',')), readAfterMs);
    return () => clearTimeout(timer);
  }, [key]);
  return fresh;
};

/** One thing that somebody was told. */
export const InboxRow = ({ item, isNew }: { readonly item: InboxItem; readonly isNew: boolean }) => {
  const t = useText('member');
  return (
    <li className={classes.item} data-new={isNew || undefined}>
      <Group justify="space-between" align="baseline" gap="sm" wrap="nowrap">
        <Text fw={isNew ? 640 : 560} size="sm">
          {isNew && <VisuallyHidden>{t('inbox.new')}: </VisuallyHidden>}
          {item.title}
        </Text>
        <Text component="div" size="xs" c="dimmed" className={member.when ?? ''}>
          <RelativeTime at={item.createdAt} />
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {item.body}
      </Text>
    </li>
  );
};

export const InboxPage = () => {
  const t = useText('member');
  const inbox = useInbox();
  const items = inbox.data?.pages.flatMap((page) => page.items) ?? [];
  const fresh = useReading(items);
  return (
    <Stack>
      <Title order={1}>{t('inbox.title')}</Title>
      {inbox.isPending && <LoadingBlock height="40dvh" />}
      {inbox.isError && items.length === 0 && (
        <ErrorNotice error={inbox.error} onRetry={() => void inbox.refetch()} title={t('inbox.failed')} />
      )}
      {inbox.isSuccess && items.length === 0 && (
        <Paper p={0}>
          <EmptyNotice icon={IconBellOff} title={t('inbox.empty')} hint={t('inbox.empty-hint')} />
        </Paper>
      )}
      {items.length > 0 && (
        <Paper p={0} component="ul" m={0} aria-label={t('inbox.title')} style={{ listStyle: 'none' }}>
          {items.map((item) => (
            <InboxRow key={item.itemId} item={item} isNew={item.readAt === null || fresh.has(item.itemId)} />
          ))}
        </Paper>
      )}
      {inbox.hasNextPage && (
        <Button variant="default" loading={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
          {t('show-more')}
        </Button>
      )}
    </Stack>
  );
};
