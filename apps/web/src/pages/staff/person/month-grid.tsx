import type { AttendanceDay } from '@muster/contracts';
import { ActionIcon, Group, Title, UnstyledButton } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { StateIcon } from '../../../components/state-badge.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import type { StateKey } from '../../../states.ts';
import { addMonths, daysOfMonth, isoWeekday } from './calendar.ts';
import classes from '../staff.module.css';

const stateOfCode: Record<AttendanceDay['code'], StateKey> = {
  P: 'present',
  L: 'late',
  LE: 'present',
  HD: 'present',
  OD: 'excused',
  A: 'absent',
  AE: 'excused',
  ML: 'excused',
  H: 'holiday',
  OFF: 'holiday',
  NM: 'not-marked',
};

interface MonthGridProps {
  readonly month: string;
  readonly onMonth: (month: string) => void;
  readonly days: readonly AttendanceDay[];
  readonly chosen: string;
  readonly onChoose: (date: string) => void;
  readonly today: string;
}

const DayCell = ({
  date,
  day,
  isChosen,
  isFuture,
  onChoose,
}: {
  readonly date: string;
  readonly day: AttendanceDay | undefined;
  readonly isChosen: boolean;
  readonly isFuture: boolean;
  readonly onChoose: (date: string) => void;
}) => {
  const t = useText('staff');
  const formats = useFormats();
  const words = day ? t(`code.${day.code}`) : t('month.no-record');
  return (
    <UnstyledButton
      className={classes.dayCell ?? ''}
      aria-pressed={isChosen}
      aria-label={`${formats.date(date)}: ${words}`}
      title={words}
      data-known={day !== undefined || undefined}
      data-future={isFuture || undefined}
      disabled={isFuture}
      onClick={() => onChoose(date)}
      style={{ gridColumnStart: isoWeekday(date) }}
    >
      <span>{Number(date.slice(8))}</span>
      {day && !isFuture && <StateIcon state={stateOfCode[day.code]} size={14} />}
    </UnstyledButton>
  );
};

/** A month as a calendar: each day with its state, each a way to that day's timeline. */
export const MonthGrid = ({ month, onMonth, days, chosen, onChoose, today }: MonthGridProps) => {
  const t = useText('staff');
  const formats = useFormats();
  const byDate = new Map(days.map((day) => [day.date, day]));
  const weekdays = daysOfMonth('2024-01').slice(0, 7);
  return (
    <section aria-label={formats.month(month)}>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={3}>{formats.month(month)}</Title>
        <Group gap={4}>
          <ActionIcon variant="default" aria-label={t('month.before')} onClick={() => onMonth(addMonths(month, -1))}>
            <IconChevronLeft size={17} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label={t('month.after')}
            disabled={month >= today.slice(0, 7)}
            onClick={() => onMonth(addMonths(month, 1))}
          >
            <IconChevronRight size={17} />
          </ActionIcon>
        </Group>
      </Group>
      <div className={classes.month} aria-hidden>
        {weekdays.map((date) => (
          <span key={date} className={classes.weekday}>
            {formats.date(date).slice(0, 2)}
          </span>
        ))}
      </div>
      <div className={classes.month}>
        {daysOfMonth(month).map((date) => (
          <DayCell
            key={date}
            date={date}
            day={byDate.get(date)}
            isChosen={date === chosen}
            isFuture={date > today}
            onChoose={onChoose}
          />
        ))}
      </div>
    </section>
  );
};
