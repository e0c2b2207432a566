import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.ts';
import classes from '../staff.module.css';

interface PurposeDialogProps {
  readonly name: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onPurpose: (purpose: string) => void;
}

const suggestions = ['outside', 'claim', 'search', 'guardian'] as const;
const shortest = 3;

/** Nobody looks back without saying why; the member reads it. */
export const PurposeDialog = ({ name, opened, onClose, onPurpose }: PurposeDialogProps) => {
  const t = useText('staff');
  const [purpose, setPurpose] = useState('');
  const [tried, setTried] = useState(false);
  const isShort = purpose.trim().length < shortest;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isShort) return;
    onPurpose(purpose.trim());
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={620}>{t('purpose.title')}</Text>}>
      <form noValidate onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('purpose.consequence', { name })}</Text>
          <Textarea
            label={t('purpose.label')}
            value={purpose}
            onChange={(event) => setPurpose(event.currentTarget.value)}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
            error={tried && isShort ? t('purpose.missing') : null}
          />
          <div className={classes.suggestions} role="group" aria-label={t('purpose.suggestions')}>
            {suggestions.map((key) => (
              <Button
                key={key}
                size="compact-sm"
                variant="default"
                onClick={() => setPurpose(t(`purpose.suggest.${key}`))}
              >
                {t(`purpose.suggest.${key}`)}
              </Button>
            ))}
          </div>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('purpose.back')}
            </Button>
            <Button type="submit">{t('purpose.show')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
