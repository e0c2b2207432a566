import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

/** Asks for another name; what was typed stays after an error. */
export const RenameDialog = ({
  name: before,
  onRename,
  onClose,
}: {
  readonly name: string;
  readonly onRename: (name: string) => Promise<void>;
  readonly onClose: () => void;
}) => {
  const t = useText('devices');
  const [name, setName] = useState(before);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isMissing = name.trim() === '';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isMissing) return;
    setBusy(true);
    try {
      await onRename(name.trim());
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={() => !isBusy && onClose()} title={<Text fw={620}>{t('rename.title')}</Text>}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            label={t('rename.label')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
            data-autofocus
            error={isMissing ? t('rename.missing') : null}
          />
          {error !== null && <ErrorNotice error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} disabled={isBusy}>
              {t('rename.back')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('rename.verb')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
