import type { ReportRun } from '@muster/contracts';
import { Button, Group, Paper, Progress, Text, TextInput, Title } from '@mantine/core';
import { IconCheck, IconDownload, IconFileSpreadsheet, IconHourglass, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, download, read, routes } from '../../../api/client.ts';
import { nowMs } from '../../../app/clock.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../page-head.tsx';
import { useWriteKey } from '../use-write-key.ts';
import classes from '../staff.module.css';

const pollMs = 1_500;
const isOpen = ({ status }: ReportRun): boolean => status === 'queued' || status === 'running';
const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);

/** Hands a file to the browser under its name. */
const save = (blob: Blob, fileName: string): void => {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser reads it after the click; a minute is enough for the slowest.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

const StartForm = () => {
  const t = useText('staff');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const current = new Date(nowMs()).toISOString().slice(0, 7);
  const [month, setMonth] = useState(current);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState(0);
  const start = useMutation({
    mutationFn: () => {
      const body = { kind: 'monthly-attendance' as const, month };
      // Asking for the same month once more makes a new report: the days may have changed.
      return call(routes.startReport, { body }, { idempotencyKey: keyOf({ body, made }) });
    },
    onSuccess: async () => {
      setMade((count) => count + 1);
      await queries.invalidateQueries({ queryKey: [routes.listReports.operation] });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isMonth(month)) start.mutate();
  };
  return (
    <Paper component="form" noValidate onSubmit={submit}>
      <Title order={2}>{t('reports.monthly')}</Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('reports.monthly-hint')}
      </Text>
      <Group align="flex-end" gap="sm">
        <TextInput
          type="month"
          label={t('reports.month')}
          value={month}
          max={current}
          onChange={(event) => setMonth(event.currentTarget.value)}
          error={tried && !isMonth(month) ? t('reports.month-missing') : null}
          w={220}
        />
        <Button type="submit" loading={start.isPending}>
          {t('reports.start')}
        </Button>
      </Group>
      {start.error && (
        <div className={classes.below}>
          <ErrorNotice error={start.error} />
        </div>
      )}
    </Paper>
  );
};

const Download = ({ run, fileName }: { readonly run: ReportRun; readonly fileName: string }) => {
  const t = useText('staff');
  const fetched = useMutation({
    mutationFn: async () => save(await download(routes.downloadReport, { params: { runId: run.runId } }), fileName),
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={15} stroke={1.8} />}
        loading={fetched.isPending}
        onClick={() => fetched.mutate()}
      >
        {t('reports.download')}
      </Button>
      {fetched.error && <ErrorNotice error={fetched.error} />}
    </>
  );
};

const icons = { queued: IconHourglass, running: IconHourglass, done: IconCheck, failed: IconX } as const;

const kilobytes = (bytes: number): number => Math.max(1, Math.round(bytes / 1024));

const RunCard = ({ run }: { readonly run: ReportRun }) => {
  const t = useText('staff');
  const formats = useFormats();
  const Icon = icons[run.status];
  return (
    <li className={classes.card}>
      <span className={classes.cardMark} data-tone={run.status === 'failed' ? 'outside' : 'quiet'}>
        <Icon size={18} stroke={1.7} />
      </span>
      <div className={classes.cardBody}>
        <Text size="sm" fw={600}>
          {t('reports.monthly')} · {formats.month(`${run.month}-01`)}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {t(`reports.${run.status}`)} · <RelativeTime at={run.finishedAt ?? run.requestedAt} />
          {run.artifact && ` · ${run.artifact.fileName} · ${formats.number(kilobytes(run.artifact.bytes))} kB`}
        </Text>
        {isOpen(run) && (
          <Progress
            value={run.progress * 100}
            mt="xs"
            size="sm"
            aria-label={t('reports.progress')}
            animated={run.status === 'running'}
          />
        )}
        {run.failure && <Text size="sm">{run.failure}</Text>}
      </div>
      <div className={classes.cardActions}>
        {run.artifact && <Download run={run} fileName={run.artifact.fileName} />}
      </div>
    </li>
  );
};

/** Starts reports and finds them again; the page may be left meanwhile. */
export const ReportsPage = () => {
  const t = useText('staff');
  const reports = useQuery({
    ...read(routes.listReports, {}),
    refetchInterval: (query) => (query.state.data?.items.some(isOpen) ? pollMs : false),
  });
  const items = reports.data?.items ?? [];
  return (
    <div className={`${classes.page} ${classes.reading}`}>
      <PageHead title={t('reports.title')} lead={t('reports.lead')} />
      <StartForm />
      {reports.isPending ? (
        <LoadingBlock />
      ) : reports.error ? (
        <ErrorNotice error={reports.error} onRetry={() => void reports.refetch()} />
      ) : items.length === 0 ? (
        <div className={classes.emptyFrame}>
          <EmptyNotice icon={IconFileSpreadsheet} title={t('reports.none')} hint={t('reports.none-hint')} />
        </div>
      ) : (
        <ul className={classes.cards} aria-label={t('reports.list')}>
          {items.map((run) => (
            <RunCard key={run.runId} run={run} />
          ))}
        </ul>
      )}
    </div>
  );
};
