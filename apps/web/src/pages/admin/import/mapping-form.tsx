import type { Delimiter, ImportField, ImportRun, TextEncoding } from '@muster/contracts';
import { Button, Checkbox, Group, NativeSelect, Paper, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { useProfile } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';
import classes from './import.module.css';

const fields = [
  'number',
  'name',
  'given-name',
  'family-name',
  'email',
  'role',
  'group',
  'site',
  'joined-on',
  'language',
  'guardian-of',
] as const satisfies ImportField[];
const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const satisfies TextEncoding[];
const delimiters = [',', ';', '\t', '|'] as const satisfies Delimiter[];

const useChoices = (run: ImportRun) => {
  const [mapping, setMapping] = useState<(ImportField | null)[]>([...(run.choices?.mapping ?? [])]);
  const [siteId, setSiteId] = useState(run.choices?.siteId ?? null);
  const [createGroups, setCreateGroups] = useState(run.choices?.createGroups ?? false);
  const [encoding, setEncoding] = useState(run.choices?.encoding ?? null);
  const [delimiter, setDelimiter] = useState(run.choices?.delimiter ?? null);
  return {
    body: { mapping, siteId, createGroups, encoding, delimiter },
    // A column that is chosen twice is the later one.
    setField: (index: number, field: ImportField | null) =>
      setMapping(mapping.map((each, place) => (place === index ? field : each === field ? null : each))),
    setSiteId,
    setCreateGroups,
    setEncoding,
    setDelimiter,
  };
};

/** What each column of the file is; guessed, and to be corrected, beside the first rows. */
export const MappingForm = ({ run, onChecked }: { readonly run: ImportRun; readonly onChecked: () => void }) => {
  const t = useText('people');
  const { role } = useProfile();
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const sites = useQuery(read(routes.listSites, {}));
  const choices = useChoices(run);
  const { body } = choices;
  const { importId, reading } = run;
  const check = useMutation({
    mutationFn: () =>
      call(routes.checkImport, { params: { importId }, body }, { idempotencyKey: keyOf([body, run.state]) }),
    onSuccess: (checking) => {
      queries.setQueryData(read(routes.readImport, { params: { importId } }).queryKey, checking);
      onChecked();
    },
  });
  if (!reading) return null;
  const siteItems = sites.data?.items ?? [];
  const identified = body.mapping.includes('number') || body.mapping.includes('email');
  return (
    <Stack>
      <Text>{t('import-map.lead')}</Text>
      <Paper p={0} className={classes.columns ?? ''}>
        <Table aria-label={t('import-step.mapping')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('import-map.column')}</Table.Th>
              <Table.Th>{t('import-map.is')}</Table.Th>
              {reading.sample.map((_, index) => (
                <Table.Th key={index} visibleFrom={index === 0 ? 'xs' : 'md'}>
                  {t('import-map.row', { row: index + 2 })}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {reading.columns.map((column, index) => (
              // Columns may have the same name.
              <Table.Tr key={`${index} ${column}`}>
                <Table.Th scope="row">{column || t('import-map.unnamed', { number: index + 1 })}</Table.Th>
                <Table.Td>
                  <NativeSelect
                    size="xs"
                    aria-label={column || t('import-map.unnamed', { number: index + 1 })}
                    value={body.mapping[index] ?? ''}
                    onChange={(event) =>
                      choices.setField(index, (event.currentTarget.value || null) as ImportField | null)
                    }
                    data={[
                      { value: '', label: t('import-map.ignore') },
                      ...fields.map((field) => ({ value: field, label: t(`import-field.${field}`) })),
                    ]}
                  />
                </Table.Td>
                {reading.sample.map((cells, place) => (
                  <Table.Td key={place} className={classes.sample ?? ''} visibleFrom={place === 0 ? 'xs' : 'md'}>
                    {cells[index] ?? ''}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      {!identified && (
        <Text size="sm" c="var(--state-absent)" role="alert">
          {t('import-map.no-identifier')}
        </Text>
      )}
      <Group align="flex-end" gap="lg">
        {siteItems.length > 1 && (
          <NativeSelect
            label={t('import-map.site')}
            value={body.siteId ?? ''}
            onChange={(event) => choices.setSiteId(event.currentTarget.value || null)}
            data={[
              { value: '', label: t('import-map.site-none') },
              ...siteItems.map(({ siteId, name }) => ({ value: siteId, label: name })),
            ]}
          />
        )}
        {reading.format === 'csv' && (
          <>
            <NativeSelect
              label={t('import-map.encoding')}
              value={body.encoding ?? ''}
              onChange={(event) => choices.setEncoding((event.currentTarget.value || null) as TextEncoding | null)}
              data={[
                { value: '', label: t('import-map.found', { what: reading.encoding }) },
                ...encodings.map((value) => ({ value, label: value })),
              ]}
            />
            <NativeSelect
              label={t('import-map.delimiter')}
              value={body.delimiter ?? ''}
              onChange={(event) => choices.setDelimiter((event.currentTarget.value || null) as Delimiter | null)}
              data={[
                {
                  value: '',
                  label: t('import-map.found', {
                    what: t(`import-delimiter.${delimiters.indexOf(reading.delimiter ?? ',')}`),
                  }),
                },
                ...delimiters.map((value, index) => ({ value, label: t(`import-delimiter.${index}`) })),
              ]}
            />
          </>
        )}
      </Group>
      {role !== 'supervisor' && (
        <Checkbox
          label={t('import-map.create-groups')}
          checked={body.createGroups}
          onChange={(event) => choices.setCreateGroups(event.currentTarget.checked)}
        />
      )}
      {check.error && <ErrorNotice error={check.error} />}
      <Group>
        <Button loading={check.isPending} disabled={!identified} onClick={() => check.mutate()}>
          {t('import-map.check')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('import-map.check-hint')}
        </Text>
      </Group>
    </Stack>
  );
};
