import type { AttendanceDay, attendanceRoutes, RouteAnswer } from '@muster/contracts';
import { Paper, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { StateIcon } from '../../../components/state-badge.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { creditOfCode, stateOfCode } from './calendar.ts';
import { useDayWord } from './month-grid.tsx';
import classes from './month.module.css';

type Rate = RouteAnswer<typeof attendanceRoutes.listDays>['rate'];
const kinds = ['soFar', 'overAllPlanned', 'bestStillReachable'] as const;

/** How an open day counts in each of the three. */
const openCredit = { soFar: null, overAllPlanned: 0, bestStillReachable: 1 } as const;

const BehindRate = ({
  kind,
  days,
}: {
  readonly kind: (typeof kinds)[number];
  readonly days: readonly AttendanceDay[];
}) => {
  const t = useText('member');
  const formats = useFormats();
  const wordOf = useDayWord();
  const behind = days.flatMap((day) => {
    const credit = creditOfCode(day.code);
    const counted = credit === 'open' ? openCredit[kind] : credit;
    return counted === null ? [] : [{ day, counted }];
  });
  return (
    <ul className={classes.behind}>
      <li>
        <Text size="sm" c="dimmed" span>
          {t(`rate.explained.${kind}`)}
        </Text>
      </li>
      {behind.map(({ day, counted }) => (
        <li key={day.date}>
          <StateIcon state={stateOfCode(day.code)} />
          <span>
            {formats.date(day.date)}: {wordOf(day)}
          </span>
          <span>{t('rate.credit', { credit: formats.number(counted) })}</span>
        </li>
      ))}
    </ul>
  );
};

/** The three answers to "how much was attended", each openable to the days behind it. */
export const Rates = ({ rate, days }: { readonly rate: Rate; readonly days: readonly AttendanceDay[] }) => {
  const t = useText('member');
  const formats = useFormats();
  return (
    <Paper p={0} style={{ overflow: 'hidden' }}>
      {kinds.map((kind) => {
        const share = rate[kind];
        return (
          <details key={kind} className={classes.rate}>
            <summary>
              <span>{t(`rate.${kind}`)}</span>
              <span className={classes.figure}>{share === null ? '–' : formats.percent(share)}</span>
              <IconChevronDown size={16} className={classes.chevron} aria-hidden />
              <span className={classes.bar} aria-hidden>
                <span style={{ width: `${(share ?? 0) * 100}%` }} />
              </span>
            </summary>
            <BehindRate kind={kind} days={days} />
          </details>
        );
      })}
    </Paper>
  );
};
