import { Alert, Button, Checkbox, CopyButton, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload, IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useText } from '../../i18n/use-text.ts';
import classes from './security.module.css';

/** Shown once. Going on asks whether they were kept, because there is no second look. */
export const RecoveryCodes = ({
  codes,
  onDone,
}: {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}) => {
  const t = useText('security');
  const [isKept, setKept] = useState(false);
  const text = codes.join('\n');
  const save = () => {
    const address = URL.createObjectURL(new Blob([`Muster\n${t('codes.title')}\n\n${text}\n`], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = 'muster-recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Stack>
      <Alert color="gray" icon={<IconKey size={20} stroke={1.7} />} title={t('codes.title')}>
        <Text size="sm">{t('codes.hint')}</Text>
      </Alert>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" component="ul" className={classes.codes ?? ''}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </SimpleGrid>
      <Group gap="xs">
        <CopyButton value={text} timeout={2_500}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} stroke={1.7} />}
            >
              <span aria-live="polite">{t(copied ? 'copied' : 'copy')}</span>
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={save} leftSection={<IconDownload size={16} stroke={1.7} />}>
          {t('codes.save')}
        </Button>
      </Group>
      <Checkbox checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} label={t('codes.kept')} />
      <Button disabled={!isKept} onClick={onDone}>
        {t('codes.done')}
      </Button>
    </Stack>
  );
};
