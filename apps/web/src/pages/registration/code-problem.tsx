import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { isProblem } from '../../api/problem.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

interface CodeProblemProps {
  readonly error: unknown;
  /** For who has scanned: to type a code instead. */
  readonly onType: (() => void) | null;
}

/** Why a code did not open anything, and what to do. */
export const CodeProblem = ({ error, onType }: CodeProblemProps) => {
  const t = useText('registration');
  if (error === null) return null;
  const instead = onType !== null && (
    <Anchor component="button" type="button" size="sm" py={4} ta="left" onClick={onType}>
      {t('type-it')}
    </Anchor>
  );
  if (isProblem(error, 'teacher-code-refused', 'request-invalid')) {
    return (
      <Alert role="alert" color="red" icon={<IconAlertTriangle size={20} stroke={1.7} />} title={t('refused')}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t('refused-hint')}</Text>
          {instead}
        </Stack>
      </Alert>
    );
  }
  const waitSeconds = isProblem(error, 'too-many-requests') ? error.retryAfterSeconds : undefined;
  return (
    <ErrorNotice error={error}>
      {waitSeconds !== undefined && <Text size="sm">{t('wait', { count: Math.ceil(waitSeconds / 60) })}</Text>}
      {instead}
    </ErrorNotice>
  );
};
