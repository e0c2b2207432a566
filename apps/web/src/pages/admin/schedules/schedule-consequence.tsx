import { Text } from '@mantine/core';
import { useState } from 'react';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../admin.module.css';
import { isTime, judge, meaningOf, minutesOf, type Times, type Verdict } from './consequences.ts';
import { TimeField } from './time-field.tsx';

const minuteMs = 60_000;

const useVerdictWords = () => {
  const t = useText('admin');
  const formats = useFormats();
  return (verdict: Verdict, opensAt: string): string => {
    if (verdict.kind === 'too-early') return t('schedules.try-early', { time: opensAt });
    if (verdict.kind === 'closed') return t('schedules.try-closed');
    const said =
      verdict.kind === 'late'
        ? t('schedules.try-late', { duration: formats.duration(verdict.lateByMinutes * minuteMs) })
        : t('schedules.try-in-time');
    return verdict.needsReason ? `${said} ${t('schedules.try-reason')}` : said;
  };
};

/** Says what the times mean, and judges any time the reader wants to try. */
export const ScheduleConsequence = ({
  times,
  weekdays,
}: {
  readonly times: Times;
  readonly weekdays: readonly number[];
}) => {
  const t = useText('admin');
  const formats = useFormats();
  const wordsOf = useVerdictWords();
  const [typed, setTyped] = useState<string | null>(null);
  const numbers = [times.opensBeforeMinutes, times.freeUntilMinutes, times.lateAfterMinutes, times.closesAfterMinutes];
  if (
    !isTime(times.entryTime) ||
    !isTime(times.exitTime) ||
    !numbers.every((minutes) => minutes >= 0 && minutes <= 1440)
  ) {
    return (
      <aside className={classes.consequence}>
        <Text size="sm">{t('schedules.incomplete')}</Text>
      </aside>
    );
  }
  const meaning = meaningOf(times);
  const example = minutesOf(times.entryTime) + Math.max(7, times.lateAfterMinutes + 2);
  const tried =
    typed ??
    `${String(Math.floor((example % 1440) / 60)).padStart(2, '0')}:${String((example % 1440) % 60).padStart(2, '0')}`;
  return (
    <aside className={classes.consequence}>
      <Text size="sm" fw={600}>
        {t('schedules.meaning')}
      </Text>
      <ul aria-live="polite">
        <li>{t('schedules.means-opens', { time: meaning.opensAt })}</li>
        <li>{t('schedules.means-late', { time: meaning.lateAfter })}</li>
        <li>{t('schedules.means-free', { time: meaning.freeUntil })}</li>
        <li>
          {t(meaning.crossesMidnight ? 'schedules.means-exit-next' : 'schedules.means-exit', { time: meaning.exitAt })}
        </li>
        <li>{t('schedules.means-closes', { time: meaning.closesAt, exit: meaning.exitAt })}</li>
        <li>
          {t('schedules.means-hours', {
            day: formats.duration(meaning.plannedMinutes * minuteMs),
            week: formats.duration(meaning.plannedMinutes * weekdays.length * minuteMs),
          })}
        </li>
      </ul>
      <TimeField size="xs" label={t('schedules.try')} value={tried} onChange={setTyped} />
      <Text size="sm" fw={560} aria-live="polite">
        {isTime(tried) ? wordsOf(judge(times, tried), meaning.opensAt) : t('schedules.time-wrong')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('schedules.from-today')}
      </Text>
    </aside>
  );
};
