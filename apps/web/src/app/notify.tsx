import { Button, Group, Text } from '@mantine/core';
import i18next from 'i18next';
import { lazy, Suspense, useSyncExternalStore } from 'react';

// Most visits show no message at all: what draws them is fetched with the first one.
const Notices = lazy(async () => ({ default: (await import('./notices.tsx')).Notices }));
const listeners = new Set<() => void>();
let isWanted = false;
const wantNotices = () => {
  isWanted = true;
  for (const listener of listeners) listener();
};

/** Where messages appear, once there has been one. */
export const NoticeArea = () => {
  const isShown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isWanted,
  );
  return isShown ? (
    <Suspense>
      <Notices />
    </Suspense>
  ) : null;
};

interface Message {
  readonly text: string;
  readonly kind?: 'done' | 'failed';
  /** Offers to take the action back for a few seconds. */
  readonly undo?: { readonly label: string; readonly run: () => void };
}

/** Shows a short message about something that has just been done; what needs an answer belongs into the page. */
export const notify = async ({ text, kind = 'done', undo }: Message): Promise<void> => {
  wantNotices();
  const { notifications } = await import('@mantine/notifications');
  const id = notifications.show({
    color: kind === 'failed' ? 'red.8' : 'petrol.8',
    autoClose: undo ? 8_000 : 4_000,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('components:close') },
    message: undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{text}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            undo.run();
            notifications.hide(id);
          }}
        >
          {undo.label}
        </Button>
      </Group>
    ) : (
      text
    ),
  });
};
