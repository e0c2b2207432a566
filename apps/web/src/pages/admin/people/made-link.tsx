import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { QrCode } from '../../../components/qr-code.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from './people.module.css';

interface MadeLinkProps {
  readonly title: string;
  /** What it does, and until when. */
  readonly hint: string;
  readonly link: string;
  /** Read out instead of the picture. */
  readonly label: string;
  readonly onClose: () => void;
}

/** A link that is shown this once; whoever has it sets the password. */
export const MadeLink = ({ title, hint, link, label, onClose }: MadeLinkProps) => {
  const t = useText('people');
  return (
    <Modal
      opened
      onClose={onClose}
      title={<Text fw={620}>{title}</Text>}
      closeButtonProps={{ 'aria-label': t('invite.close') }}
    >
      <Stack>
        <Text size="sm">{hint}</Text>
        <div className={classes.code}>
          <QrCode text={link} label={label} />
        </div>
        <TextInput label={t('invite.link')} value={link} readOnly onFocus={(event) => event.currentTarget.select()} />
        <Group justify="flex-end" gap="xs">
          <CopyButton value={link}>
            {({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'invite.copied' : 'invite.copy')}</Button>}
          </CopyButton>
        </Group>
      </Stack>
    </Modal>
  );
};
