import type { Permission } from '@muster/contracts';
import { Button, Checkbox, Code, CopyButton, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { permissionsForKeys } from 'virtual:permissions';
import { call, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';
import { usePermissionName } from './permission-name.ts';

const lifetimesDays = [30, 90, 365, 730] as const;

/** The key, this once. */
const MadeKey = ({ text, onClose }: { readonly text: string; readonly onClose: () => void }) => {
  const t = useText('integrations');
  return (
    <Stack gap="xs" role="status">
      <Text fw={600}>{t('keys.made')}</Text>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {text}
      </Code>
      <Text size="sm" c="dimmed">
        {t('keys.made-hint')}
      </Text>
      <Group>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'keys.copied' : 'keys.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t('keys.done')}</Button>
      </Group>
    </Stack>
  );
};

interface MakeKeyProps {
  readonly onMade: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for a name and for what the program needs; nothing is chosen beforehand. */
export const MakeKey = ({ onMade, onClose }: MakeKeyProps) => {
  const t = useText('integrations');
  const nameOf = usePermissionName();
  const may = useMay();
  const keyOf = useWriteKey();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [validDays, setValidDays] = useState<number>(365);
  const [isTried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), permissions: chosen as Permission[], validDays };
      return call(routes.makeApiKey, { body }, { idempotencyKey: keyOf(body) });
    },
    onSuccess: onMade,
  });
  if (make.data) return <MadeKey text={make.data.key} onClose={onClose} />;
  const submit = () => {
    setTried(true);
    if (name.trim() !== '' && chosen.length > 0) make.mutate();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack>
        {make.error && <ErrorNotice error={make.error} />}
        <TextInput
          label={t('keys.name')}
          description={t('keys.name-hint')}
          maxLength={80}
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isTried && name.trim() === '' ? t('keys.name-missing') : null}
        />
        <Checkbox.Group
          label={t('keys.permissions')}
          description={t('keys.permissions-hint')}
          value={chosen}
          onChange={setChosen}
          error={isTried && chosen.length === 0 ? t('keys.permissions-missing') : null}
        >
          <Stack gap={6} mt="xs">
            {permissionsForKeys
              .filter((permission) => may(permission))
              .map((permission) => (
                <Checkbox key={permission} value={permission} label={nameOf(permission)} />
              ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t('keys.valid')}
          maw={200}
          allowDeselect={false}
          data={lifetimesDays.map((days) => ({ value: String(days), label: t('keys.days', { count: days }) }))}
          value={String(validDays)}
          onChange={(value) => setValidDays(Number(value))}
        />
        <Group>
          <Button type="submit" loading={make.isPending}>
            {t('keys.submit')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
