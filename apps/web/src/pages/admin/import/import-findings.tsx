import type { ImportRun } from '@muster/contracts';
import { Button, Center, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call, routes } from '../../../api/client.ts';
import tableClasses from '../../../components/data-table.module.css';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from './import.module.css';

const figures = ['rows', 'added', 'changed', 'unchanged', 'groupsAdded', 'problems'] as const;

const Problems = ({ importId }: { readonly importId: string }) => {
  const t = useText('people');
  const problems = useInfiniteQuery({
    queryKey: [routes.listImportProblems.operation, importId],
    queryFn: ({ pageParam, signal }) =>
      call(
        routes.listImportProblems,
        { params: { importId }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    gcTime: 0,
  });
  const items = problems.data?.pages.flatMap((page) => page.items) ?? [];
  if (problems.error) return <ErrorNotice error={problems.error} onRetry={() => void problems.refetch()} />;
  if (items.length === 0) return null;
  return (
    <section aria-label={t('import-problems.title')}>
      <Title order={2} mb={4}>
        {t('import-problems.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('import-problems.lead')}
      </Text>
      <div className={tableClasses.frame}>
        <Table aria-label={t('import-problems.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="5rem">{t('import-problems.row')}</Table.Th>
              <Table.Th w="12rem">{t('import-problems.column')}</Table.Th>
              <Table.Th>{t('import-problems.sentence')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ row, column, sentence }) => (
              <Table.Tr key={`${row} ${column} ${sentence}`}>
                <Table.Td>{row}</Table.Td>
                <Table.Td>{column ?? '–'}</Table.Td>
                <Table.Td>{sentence}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {problems.hasNextPage && (
        <Center mt="sm">
          <Button variant="default" loading={problems.isFetchingNextPage} onClick={() => void problems.fetchNextPage()}>
            {t('import-problems.more')}
          </Button>
        </Center>
      )}
    </section>
  );
};

/** What the dry run promises, or the run has done; and what is wrong with which row. */
export const ImportFindings = ({ run }: { readonly run: ImportRun }) => {
  const t = useText('people');
  const formats = useFormats();
  const { counts } = run;
  if (!counts) return null;
  const sentence =
    run.state === 'done'
      ? null
      : counts.problems > 0
        ? 'import-step.has-problems'
        : counts.added + counts.changed === 0
          ? 'import-step.nothing-new'
          : 'import-step.promise';
  return (
    <Stack>
      {sentence && <Text>{t(sentence)}</Text>}
      <dl className={classes.counts}>
        {figures.map((figure) => (
          <div
            key={figure}
            className={classes.count}
            data-bad={(figure === 'problems' && counts.problems > 0) || undefined}
          >
            <dt>{t(`import-count.${figure}`)}</dt>
            <dd>{formats.number(counts[figure])}</dd>
          </div>
        ))}
      </dl>
      {counts.problems > 0 && <Problems importId={run.importId} />}
    </Stack>
  );
};
