import { Box, Button, Container, Group, Paper, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCalendarOff, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { offlineProblem, ProblemError } from '../../api/problem.ts';
import { nowMs } from '../../app/clock.ts';
import { notify } from '../../app/notify.tsx';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { QrCode } from '../../components/qr-code.tsx';
import { ClockTime, RelativeTime } from '../../components/relative-time.tsx';
import { StatStrip } from '../../components/stat-strip.tsx';
import { StateBadge, StateDot } from '../../components/state-badge.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { VocabularyContext } from '../../i18n/use-text.ts';
import type { PersonOnMap } from '../../map/people/person.ts';
import { stateKeys } from '../../states.ts';
import { crowd, dayEntries, dayNowMs, timeZone } from './invented.ts';
import { MapSections } from './map-sections.tsx';

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Box component="section">
    <Title order={2} mb="sm">
      {title}
    </Title>
    {children}
  </Box>
);

const people = crowd(14, 0);
const columns: DataColumn<PersonOnMap>[] = [
  { key: 'name', header: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name, grow: true },
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <StateBadge state={state} size="sm" />,
    sortBy: ({ state }) => state,
  },
  {
    key: 'heard',
    header: 'Last heard',
    cell: ({ fixedAtMs }) => <RelativeTime at={fixedAtMs} timeZone={timeZone} />,
    sortBy: ({ fixedAtMs }) => fixedAtMs,
    visibleFrom: 'sm',
  },
  {
    key: 'accuracy',
    header: 'Accuracy, m',
    cell: ({ accuracyMeters }) => Math.round(accuracyMeters ?? 0),
    sortBy: ({ accuracyMeters }) => accuracyMeters,
    numeric: true,
  },
];

const brokenProblem = new ProblemError({
  code: 'internal-error',
  status: 500,
  title: 'Something went wrong on our side',
  advice: 'Try again.',
  requestId: '01963f5e-7c1a',
});
const fieldProblem = new ProblemError({
  code: 'request-invalid',
  status: 400,
  title: 'The request is not valid',
  advice: 'Correct the fields named.',
  fields: [{ path: 'entryTime', message: 'a time such as 08:30' }],
});

const States = () => (
  <Paper>
    <Group gap="sm">
      {stateKeys.map((state) => (
        <StateBadge key={state} state={state} />
      ))}
    </Group>
    <Group gap="md" mt="md">
      <StateBadge state="late" word="Late by 7 min" size="lg" />
      <StateBadge state="present" size="lg" />
      {stateKeys.map((state) => (
        <StateDot key={state} state={state} size={20} />
      ))}
    </Group>
  </Paper>
);

const Table = () => {
  const [chosen, setChosen] = useState<string | null>('p0002');
  const [filter, setFilter] = useState<string | null>('outside');
  return (
    <Stack gap="sm">
      <StatStrip
        label="Counts"
        chosen={filter}
        onChoose={setFilter}
        stats={[
          { key: 'present', state: 'present', count: 412 },
          { key: 'late', state: 'late', count: 18 },
          { key: 'outside', state: 'outside', count: 3 },
          { key: 'missing', state: 'not-marked', count: 26, label: 'Missing' },
          { key: 'unknown', state: 'unknown', count: 0 },
        ]}
      />
      <DataTable
        label="People"
        rows={people}
        columns={columns}
        rowKey={({ id }) => id}
        chosenKey={chosen}
        onChoose={({ id }) => setChosen(id)}
        initialSort={{ key: 'name' }}
        maxHeight={320}
      />
    </Stack>
  );
};

const Notices = () => (
  <SimpleGrid cols={{ base: 1, md: 2 }}>
    <ErrorNotice error={offlineProblem()} onRetry={() => undefined} />
    <ErrorNotice error={brokenProblem} title="The roll-call could not be loaded" onRetry={() => undefined} />
    <ErrorNotice error={fieldProblem} />
    <Paper p={0}>
      <NoPermission what="the location of this class" />
    </Paper>
    <Paper p={0}>
      <EmptyNotice
        icon={IconCalendarOff}
        title="No holidays yet"
        hint="Days that are not held count for nobody."
        action={<Button variant="light">Add a holiday</Button>}
      />
    </Paper>
    <Paper>
      <Stack align="flex-start">
        <Text size="sm">
          Last seen <RelativeTime at={nowMs() - 190_000} timeZone={timeZone} />, entered{' '}
          <ClockTime at={nowMs() - 9_000_000} timeZone="Asia/Kolkata" />
        </Text>
        <TextInput label="Search" placeholder="Name or number" leftSection={<IconSearch size={16} />} w="100%" />
        <TextInput label="Entry time" defaultValue="8.30" error="Write a time such as 08:30" w="100%" />
        <Group>
          <Button>Save</Button>
          <Button variant="light">Light</Button>
          <Button
            variant="default"
            onClick={() => void notify({ text: 'Marked present', undo: { label: 'Undo', run: () => undefined } })}
          >
            Notify
          </Button>
          <ConfirmAction
            title="Revoke the printed code?"
            consequence="The printed code of North Gate stops working at once. A new one has to be printed and hung up."
            verb="Revoke the code"
            danger
            onConfirm={() => Promise.reject(brokenProblem)}
          >
            {(open) => (
              <Button color="red" variant="outline" onClick={open}>
                Revoke
              </Button>
            )}
          </ConfirmAction>
        </Group>
      </Stack>
    </Paper>
  </SimpleGrid>
);

export const GalleryPage = () => (
  <VocabularyContext value="campus">
    <Container size="lg" py="lg" component="main">
      <Group justify="space-between" mb="lg">
        <Title order={1}>Gallery</Title>
        <Group gap={4}>
          <LanguageMenu />
          <ColorSchemeToggle />
        </Group>
      </Group>
      <Stack gap="xl">
        <Section title="States">
          <States />
        </Section>
        <Section title="Counts and table">
          <Table />
        </Section>
        <Section title="Notices and controls">
          <Notices />
        </Section>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Section title="Timeline">
            <Paper>
              <Timeline entries={dayEntries} timeZone={timeZone} nowMs={dayNowMs} />
            </Paper>
          </Section>
          <Section title="Code">
            <Paper>
              <QrCode text="https://muster.example/g/7Q2K-94TX" label="Code of South Gate" size={220} />
            </Paper>
          </Section>
        </SimpleGrid>
        <Section title="Maps">
          <MapSections />
        </Section>
      </Stack>
    </Container>
  </VocabularyContext>
);
