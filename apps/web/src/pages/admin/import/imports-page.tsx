import type { ImportRun } from '@muster/contracts';
import { Button, FileButton, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { upload } from '../../../api/upload.ts';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import classes from './import.module.css';

const endings = '.csv,.txt,.tsv,.xlsx,.zip';
/** As the server has it: what is larger is not even sent. */
const maxBytes = 16 * 1024 * 1024;

const useUpload = () => {
  const t = useText('people');
  const navigate = useNavigate();
  const [progress, setProgress] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const send = async (file: File | null) => {
    if (!file) return;
    setError(null);
    setRefusal(file.size > maxBytes ? t('import-file.too-large') : null);
    if (file.size > maxBytes) return;
    setProgress(0);
    try {
      const fileName = file.name.replace(/\p{Cc}/gu, '').slice(0, 200) || 'file';
      const { importId } = await call(routes.createImport, { body: { fileName } });
      await upload(routes.uploadImportFile, { importId }, file, setProgress);
      await navigate({ to: '/admin/people/import/$importId', params: { importId } });
    } catch (failure) {
      setError(failure);
      setProgress(null);
    }
  };
  return { send, progress, error, refusal };
};

const DropZone = () => {
  const t = useText('people');
  const { send, progress, error, refusal } = useUpload();
  const [isOver, setOver] = useState(false);
  const drag = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(over);
  };
  return (
    <Paper
      component="section"
      aria-label={t('import-file.title')}
      className={classes.drop ?? ''}
      data-over={isOver || undefined}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event: DragEvent) => {
        drag(false)(event);
        void send(event.dataTransfer.files[0] ?? null);
      }}
    >
      <Stack align="center" gap="sm">
        <IconUpload size={30} stroke={1.5} aria-hidden />
        <Text fw={600}>{t('import-file.title')}</Text>
        <Text size="sm" c="dimmed" maw="34rem" ta="center">
          {t('import-file.hint')}
        </Text>
        {progress === null ? (
          <FileButton accept={endings} onChange={(file) => void send(file)}>
            {(props) => <Button {...props}>{t('import-file.choose')}</Button>}
          </FileButton>
        ) : (
          <Progress w="100%" maw="20rem" value={progress * 100} aria-label={t('import-file.sending')} animated />
        )}
        {refusal && (
          <Text size="sm" c="var(--state-absent)" role="alert">
            {refusal}
          </Text>
        )}
        {error !== null && <ErrorNotice error={error} />}
      </Stack>
    </Paper>
  );
};

/** Where imports begin, and where those that were left are found again. */
export const ImportsPage = () => {
  const t = useText('people');
  const formats = useFormats();
  const navigate = useNavigate();
  const imports = useQuery(read(routes.listImports, {}));
  const columns: DataColumn<ImportRun>[] = [
    { key: 'file', header: t('import-list.file'), grow: true, cell: ({ fileName }) => fileName },
    { key: 'state', header: t('import-list.state'), cell: ({ state }) => t(`import-state.${state}`) },
    {
      key: 'rows',
      header: t('import-list.rows'),
      numeric: true,
      visibleFrom: 'sm',
      cell: ({ counts }) => (counts ? formats.number(counts.rows) : '–'),
    },
    {
      key: 'at',
      header: t('import-list.begun'),
      visibleFrom: 'xs',
      cell: ({ startedAt }) => formats.dateTime(startedAt),
    },
  ];
  const items = imports.data?.items ?? [];
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={t('import')} lead={t('import-lead')} />
      <DropZone />
      {imports.error && <ErrorNotice error={imports.error} onRetry={() => void imports.refetch()} />}
      {items.length > 0 && (
        <DataTable
          label={t('import-list.title')}
          rows={items}
          columns={columns}
          rowKey={({ importId }) => importId}
          onChoose={({ importId }) => void navigate({ to: '/admin/people/import/$importId', params: { importId } })}
        />
      )}
    </div>
  );
};
