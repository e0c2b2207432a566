import { ActionIcon, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { nowMs } from '../../../app/clock.ts';
import { useProfile } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { ownTimeZone } from '../../../i18n/formats.ts';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { Section } from '../section.tsx';
import { useToday } from '../today/use-today.ts';
import { monthOf, shiftMonth } from './calendar.ts';
import { DayDetail } from './day-detail.tsx';
import { MonthGrid } from './month-grid.tsx';
import { Rates } from './rates.tsx';
import { useMonth } from './use-month.ts';

const dateHere = (): string => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' }).format(nowMs());

/** The month in the address, or the one that runs at the site. */
const useChoice = (today: string) => {
  const { month: asked, day } = useSearch({ from: '/phone/member/my/month' });
  const navigate = useNavigate({ from: '/my/month' });
  const month = asked ?? monthOf(day ?? today);
  return {
    month,
    chosen: day && monthOf(day) === month ? day : null,
    show: (next: string) => void navigate({ search: { month: next }, replace: true, resetScroll: false }),
    choose: (date: string) =>
      void navigate({ search: { month: monthOf(date), day: date }, replace: true, resetScroll: false }),
  };
};

export const MonthPage = () => {
  const t = useText('member');
  const formats = useFormats();
  const { userId } = useProfile();
  const { data: known } = useToday(userId, { keepsOnDevice: true });
  const today = known?.day.date ?? dateHere();
  const { month, chosen, show, choose } = useChoice(today);
  const query = useMonth(userId, month);
  const day = query.data?.items.find(({ date }) => date === chosen);
  return (
    <Stack gap="lg">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} aria-live="polite">
          {formats.month(month)}
        </Title>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            size={42}
            aria-label={t('month.before')}
            onClick={() => show(shiftMonth(month, -1))}
          >
            <IconChevronLeft size={20} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={42}
            aria-label={t('month.after')}
            disabled={month >= monthOf(today)}
            onClick={() => show(shiftMonth(month, 1))}
          >
            <IconChevronRight size={20} />
          </ActionIcon>
        </Group>
      </Group>
      <Paper p="sm" mih={300}>
        {query.isPending && <LoadingBlock height={270} />}
        {query.isError && !query.data && (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('month.failed')} />
        )}
        {query.data && (
          <MonthGrid month={month} days={query.data.items} today={today} chosen={chosen} onChoose={choose} />
        )}
      </Paper>
      {day && <DayDetail day={day} timeZone={known?.member.timeZone ?? ownTimeZone()} />}
      {query.data && !day && (
        <Text size="sm" c="dimmed" ta="center">
          {t(query.data.items.length > 0 ? 'month.choose' : 'month.empty')}
        </Text>
      )}
      {query.data && (
        <Section title={t('rate.title')}>
          <Rates rate={query.data.rate} days={query.data.items} />
        </Section>
      )}
    </Stack>
  );
};
