import type { ImportRun } from '@muster/contracts';
import { Alert, Button, Group, Paper, Progress, Stack, Stepper, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { isProblem } from '../../../api/problem.ts';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { LinkButton, LinkText } from '../../staff/links.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import { ImportFindings } from './import-findings.tsx';
import { MappingForm } from './mapping-form.tsx';

const stepOf: Record<ImportRun['state'], number> = {
  'awaiting-file': 0,
  reading: 0,
  mapping: 1,
  checking: 2,
  checked: 2,
  running: 3,
  done: 4,
  failed: 0,
  discarded: 0,
};
const working: readonly ImportRun['state'][] = ['reading', 'checking', 'running'];
const lookAgainMs = 800;

const Working = ({ run }: { readonly run: ImportRun }) => {
  const t = useText('people');
  return (
    <Paper>
      <Stack gap="xs">
        <Text fw={600} role="status">
          {t(`import-state.${run.state}`)}
        </Text>
        <Progress value={Math.max(4, run.progress * 100)} animated aria-label={t(`import-state.${run.state}`)} />
        <Text size="sm" c="dimmed">
          {t('import-step.leave')}
        </Text>
      </Stack>
    </Paper>
  );
};

const Checked = ({ run, onMapping }: { readonly run: ImportRun; readonly onMapping: () => void }) => {
  const t = useText('people');
  const queries = useQueryClient();
  const query = read(routes.readImport, { params: { importId: run.importId } });
  const begin = useMutation({
    mutationFn: () => call(routes.runImport, { params: { importId: run.importId } }),
    onSuccess: (started) => queries.setQueryData(query.queryKey, started),
  });
  const counts = run.counts;
  if (!counts) return null;
  const hasProblems = counts.problems > 0;
  const changes = counts.added + counts.changed;
  return (
    <Stack>
      <ImportFindings run={run} />
      {begin.error && <ErrorNotice error={begin.error} />}
      <Group>
        {!hasProblems && changes > 0 && (
          <Button loading={begin.isPending} onClick={() => begin.mutate()}>
            {t('import-step.run', { count: changes })}
          </Button>
        )}
        <Button variant="default" onClick={onMapping} disabled={begin.isPending}>
          {t('import-step.back-to-mapping')}
        </Button>
      </Group>
    </Stack>
  );
};

const Ended = ({ run }: { readonly run: ImportRun }) => {
  const t = useText('people');
  if (run.state === 'done') {
    return (
      <Stack>
        <Alert color="green" icon={<IconCircleCheck size={20} stroke={1.7} />} title={t('import-step.done')}>
          <LinkText to="/admin/people" size="sm">
            {t('import-step.see-people')}
          </LinkText>
        </Alert>
        <ImportFindings run={run} />
      </Stack>
    );
  }
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle size={20} stroke={1.7} />}
      title={t(`import-state.${run.state}`)}
    >
      <Stack gap="xs" align="flex-start">
        {run.failure && <Text size="sm">{run.failure}</Text>}
        <LinkButton to="/admin/people/import" size="xs" variant="default">
          {t('import-step.another')}
        </LinkButton>
      </Stack>
    </Alert>
  );
};

const Content = ({ run }: { readonly run: ImportRun }) => {
  const [isMapping, setMapping] = useState(false);
  if (working.includes(run.state)) return <Working run={run} />;
  if (run.state === 'mapping' || (run.state === 'checked' && isMapping))
    return <MappingForm run={run} onChecked={() => setMapping(false)} />;
  if (run.state === 'checked') return <Checked run={run} onMapping={() => setMapping(true)} />;
  return <Ended run={run} />;
};

/** One import, step by step; it can be left at any time and goes on without anybody watching. */
export const ImportPage = () => {
  const t = useText('people');
  const navigate = useNavigate();
  const isNarrow = useMediaQuery('(max-width: 48em)');
  const { importId } = useParams({ from: '/staff/office/admin/people/import/$importId' });
  const run = useQuery({
    ...read(routes.readImport, { params: { importId } }),
    refetchInterval: ({ state }) => (state.data && working.includes(state.data.state) ? lookAgainMs : false),
  });
  if (run.isPending) return <LoadingBlock height="50dvh" />;
  if (isProblem(run.error, 'not-found'))
    return <EmptyNotice title={t('import-step.unknown')} hint={t('import-step.unknown-hint')} />;
  if (run.error) return <ErrorNotice error={run.error} onRetry={() => void run.refetch()} />;
  const { data } = run;
  const discard = async () => {
    await call(routes.discardImport, { params: { importId } });
    await navigate({ to: '/admin/people/import' });
  };
  const steps = ['file', 'mapping', 'check', 'run'].map((step) => t(`import-step.${step}`));
  return (
    <div className={staff.page}>
      <LinkText to="/admin/people/import" size="sm">
        {t('import-step.all')}
      </LinkText>
      <PageHead title={data.fileName} lead={t(`import-state.${data.state}`)}>
        {!['done', 'discarded', 'running'].includes(data.state) && (
          <ConfirmAction
            title={t('import-step.discard-title')}
            consequence={t('import-step.discard-consequence')}
            verb={t('import-step.discard')}
            danger
            onConfirm={discard}
          >
            {(ask) => (
              <Button variant="subtle" color="red" size="xs" onClick={ask}>
                {t('import-step.discard')}
              </Button>
            )}
          </ConfirmAction>
        )}
      </PageHead>
      {isNarrow ? (
        <Text size="sm" c="dimmed">
          {t('import-step.of', {
            step: Math.min(4, stepOf[data.state] + 1),
            name: steps[Math.min(3, stepOf[data.state])],
          })}
        </Text>
      ) : (
        <Stepper active={stepOf[data.state]} size="sm" iconSize={30}>
          {steps.map((label) => (
            <Stepper.Step key={label} label={label} />
          ))}
        </Stepper>
      )}
      <Content run={data} />
    </div>
  );
};
