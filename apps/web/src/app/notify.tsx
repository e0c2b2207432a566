import { Button, Group, Text } from '@mantine/core';

interface Message {
  readonly text: string;
  readonly kind?: 'done' | 'failed';
  /** Offers to take the action back for a few seconds. */
  readonly undo?: { readonly label: string; readonly run: () => void };
}

/** Shows a short message about something that has just been done; what needs an answer belongs into the page. */
export const notify = async ({ text, kind = 'done', undo }: Message): Promise<void> => {
  const { notifications } = await import('@mantine/notifications');
  const id = notifications.show({
    color: kind === 'failed' ? 'red.8' : 'petrol.8',
    autoClose: undo ? 8_000 : 4_000,
    withBorder: true,
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
