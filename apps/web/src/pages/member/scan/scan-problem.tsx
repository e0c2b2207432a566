import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconWifiOff } from '@tabler/icons-react';
import i18next from 'i18next';
import { isProblem } from '../../../api/problem.ts';
import { ErrorNotice, useProblemText } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';

interface ScanProblemProps {
  readonly error: unknown;
  /** It is kept and tried again by itself. */
  readonly isKept: boolean;
  readonly isBusy: boolean;
  readonly onRetry: () => void;
}

/** Why the scan did not work, and what to do; without a network, that nothing typed or scanned is lost. */
export const ScanProblem = ({ error, isKept, isBusy, onRetry }: ScanProblemProps) => {
  const t = useText('scan');
  const textOf = useProblemText();
  if (error === null) return null;
  if (!isProblem(error)) return <ErrorNotice error={error} />;
  if (isKept) {
    const isOffline = error.code === 'offline';
    return (
      <Alert
        role="status"
        color="gray"
        icon={<IconWifiOff size={20} stroke={1.7} />}
        title={isOffline ? t('offline.title') : textOf(error).title}
      >
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t('offline.kept')}</Text>
          <Button size="xs" variant="default" loading={isBusy} onClick={onRetry}>
            {t('offline.now')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  const isUnproven = isProblem(error, 'device-proof-refused');
  const { title, advice } = isUnproven ? { title: t('unproven.title'), advice: t('unproven.advice') } : textOf(error);
  // The server explains in English; other languages have their own advice for every problem.
  const detail = i18next.language === 'en' ? error.detail : undefined;
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle size={20} stroke={1.7} />} title={title}>
      <Text size="sm">{detail ?? advice}</Text>
      {detail && <Text size="sm">{advice}</Text>}
    </Alert>
  );
};
