import type { AttendanceDay } from '@muster/contracts';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { useNow } from '../../../app/clock.ts';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { StateBadge } from '../../../components/state-badge.tsx';
import { Timeline } from '../../../components/timeline.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { useTimelineEntries } from '../today/timeline-entries.tsx';
import { useTimeline } from '../today/use-today.ts';
import { stateOfCode } from './calendar.ts';
import { useDayWord } from './month-grid.tsx';

/** One day of the month: how it was judged, and what happened. */
export const DayDetail = ({ day, timeZone }: { readonly day: AttendanceDay; readonly timeZone: string }) => {
  const t = useText('member');
  const formats = useFormats();
  const wordOf = useDayWord();
  const now = useNow();
  const timeline = useTimeline(day.memberId, day.date);
  const entries = useTimelineEntries()(timeline.data, null);
  const minutes = (count: number) => formats.duration(count * 60_000);
  const facts = [
    day.lateByMinutes > 0 ? t('late-by', { duration: minutes(day.lateByMinutes) }) : null,
    day.leftEarlyByMinutes > 0 ? t('early-by', { duration: minutes(day.leftEarlyByMinutes) }) : null,
    day.noExit ? t('month.no-exit') : null,
    day.workedMinutes > 0 ? t('month.worked', { duration: minutes(day.workedMinutes) }) : null,
  ].filter((fact) => fact !== null);
  return (
    <Paper component="section" aria-label={formats.longDate(day.date)}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600}>{formats.longDate(day.date)}</Text>
          <StateBadge state={stateOfCode(day.code)} word={wordOf(day)} size="sm" />
        </Group>
        {facts.length > 0 && (
          <Text size="sm" c="dimmed">
            {facts.join(' · ')}
          </Text>
        )}
        {timeline.isPending && <LoadingBlock height={80} />}
        {entries.length > 0 && <Timeline entries={entries} timeZone={timeZone} nowMs={now} />}
        {timeline.isSuccess && entries.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('timeline.none')}
          </Text>
        )}
        {timeline.isError && (
          <Text size="sm" c="dimmed">
            {t('timeline.incomplete')}
          </Text>
        )}
      </Stack>
    </Paper>
  );
};
