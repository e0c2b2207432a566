import { Alert, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh, IconWifiOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import i18next from 'i18next';
import { isProblem, type ProblemError } from '../api/problem.ts';
import { useText } from '../i18n/use-text.ts';
import { NoPermission } from './no-permission.tsx';

interface ErrorNoticeProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  /** What was being done, if the problem's own title does not say it: "The roll-call could not be loaded". */
  readonly title?: string | undefined;
  readonly children?: ReactNode;
}

/** The reader's language where there is a translation of the code, else the server's sentence. */
export const useProblemText = () => {
  const t = useText('components');
  return (problem: ProblemError): { readonly title: string; readonly advice: string } => {
    const isTranslated = i18next.exists(`components:problem.${problem.code}.title`);
    return isTranslated
      ? { title: t(`problem.${problem.code}.title`), advice: t(`problem.${problem.code}.advice`) }
      : { title: problem.title, advice: problem.advice };
  };
};

/** What happened and what to do, for anything a query or a mutation may throw. */
export const ErrorNotice = ({ error, onRetry, title, children }: ErrorNoticeProps) => {
  const t = useText('components');
  const textOf = useProblemText();
  if (isProblem(error, 'not-permitted')) return <NoPermission />;
  const text = isProblem(error) ? textOf(error) : { title: t('error.title'), advice: t('error.advice') };
  const problem = isProblem(error) ? error : null;
  const Icon = problem?.code === 'offline' ? IconWifiOff : IconAlertTriangle;
  return (
    <Alert
      role="alert"
      color={problem?.code === 'offline' ? 'gray' : 'red'}
      icon={<Icon size={20} stroke={1.7} />}
      title={title ?? text.title}
    >
      <Stack gap="xs" align="flex-start">
        {title && <Text size="sm">{text.title}</Text>}
        {problem?.detail && <Text size="sm">{problem.detail}</Text>}
        <Text size="sm">{text.advice}</Text>
        {problem && problem.fields.length > 0 && (
          <List size="sm">
            {problem.fields.map((field) => (
              <List.Item key={`${field.path} ${field.message}`}>
                <b>{field.path}</b>: {field.message}
              </List.Item>
            ))}
          </List>
        )}
        {children}
        <Group gap="md">
          {onRetry && (
            <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
              {t('error.retry')}
            </Button>
          )}
          {problem?.requestId && problem.status >= 500 && (
            <Text size="xs" c="dimmed">
              {t('error.request')} <Code>{problem.requestId}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
};
