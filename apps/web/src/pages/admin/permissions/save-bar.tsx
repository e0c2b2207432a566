import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from './permissions.module.css';
import type { PermissionsDraft } from './use-permissions.ts';

/** Stays in view while something has been changed and not saved. */
export const SaveBar = ({ draft }: { readonly draft: PermissionsDraft }) => {
  const t = useText('permissions');
  if (!draft.isDirty) return null;
  return (
    <Paper className={classes.saveBar} withBorder role="region" aria-label={t('unsaved')}>
      <Stack gap="xs">
        {draft.saveError && <ErrorNotice error={draft.saveError} />}
        <Group>
          <Text size="sm" className={classes.saveText}>
            {t('unsaved-hint')}
          </Text>
          <Button variant="subtle" color="gray" onClick={draft.discard} disabled={draft.isSaving}>
            {t('discard')}
          </Button>
          <Button onClick={draft.save} loading={draft.isSaving}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
};
