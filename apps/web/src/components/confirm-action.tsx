import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { ErrorNotice } from './error-notice.tsx';

interface ConfirmActionProps {
  readonly title: string;
  /** What will happen, in a sentence: "The printed code of North Gate stops working at once." */
  readonly consequence: ReactNode;
  /** The verb on the button: "Revoke the code", never "OK". */
  readonly verb: string;
  readonly onConfirm: () => unknown;
  readonly danger?: boolean;
  /** Draws what opens the question. */
  readonly children: (open: () => void) => ReactNode;
}

/** Asks before something is done that people will notice; stays open with the reason when it fails. */
export const ConfirmAction = ({
  title,
  consequence,
  verb,
  onConfirm,
  danger = false,
  children,
}: ConfirmActionProps) => {
  const t = useText('components');
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      setOpened(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {children(() => {
        setError(null);
        setOpened(true);
      })}
      <Modal opened={opened} onClose={() => !busy && setOpened(false)} title={<Text fw={620}>{title}</Text>}>
        <Stack>
          <Text size="sm" component="div">
            {consequence}
          </Text>
          {error !== null && <ErrorNotice error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setOpened(false)} disabled={busy} data-autofocus>
              {t('confirm.back')}
            </Button>
            <Button {...(danger ? { color: 'red' } : {})} loading={busy} onClick={() => void confirm()}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};
