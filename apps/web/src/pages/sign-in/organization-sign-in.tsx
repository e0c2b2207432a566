import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { type SubmitEvent, useState } from 'react';
import { leaveForProvider } from '../../api/single-sign-on.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

/** Signs in at the organization's own identity provider: which one that is, its short name tells. */
export const OrganizationSignIn = ({ disabled }: { readonly disabled: boolean }) => {
  const t = useText('sign-in');
  const [isOpen, setOpen] = useState(false);
  const [organization, setOrganization] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (organization.trim() === '' || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await leaveForProvider(organization.trim());
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  if (!isOpen) {
    return (
      <Button
        size="md"
        variant="default"
        disabled={disabled}
        leftSection={<IconSchool size={18} stroke={1.7} />}
        onClick={() => setOpen(true)}
      >
        {t('by-organization')}
      </Button>
    );
  }
  return (
    <form noValidate onSubmit={(event) => void go(event)}>
      <Stack gap="xs">
        {error !== null && <ErrorNotice error={error} />}
        <TextInput
          label={t('organization')}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          autoFocus
          size="md"
          value={organization}
          onChange={(event) => setOrganization(event.currentTarget.value)}
          error={isTried && organization.trim() === '' ? t('organization-missing') : null}
        />
        <Group>
          <Button type="submit" loading={isBusy} variant="default">
            {t('organization-go')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
