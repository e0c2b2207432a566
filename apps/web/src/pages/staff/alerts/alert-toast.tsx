import { Button, Group, Text } from '@mantine/core';

interface AlertToast {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
}

/** Stays long enough to be read and reached; the bell keeps what it said. */
export const showAlertToast = async ({ title, text, action, onAction }: AlertToast): Promise<void> => {
  const { notifications } = await import('@mantine/notifications');
  const id = 'muster-alert';
  notifications.hide(id);
  notifications.show({
    id,
    color: 'red.8',
    autoClose: 12_000,
    withBorder: true,
    title,
    message: (
      <Group justify="space-between" wrap="nowrap" align="flex-end">
        <Text size="sm">{text}</Text>
        <Button
          size="compact-sm"
          variant="light"
          flex="none"
          onClick={() => {
            notifications.hide(id);
            onAction();
          }}
        >
          {action}
        </Button>
      </Group>
    ),
  });
};
