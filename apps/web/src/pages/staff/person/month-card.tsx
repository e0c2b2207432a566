import type { RouteAnswer } from '@muster/contracts';
import { Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { addDays, addMonths } from './calendar.ts';
import { MonthGrid } from './month-grid.tsx';
import classes from '../staff.module.css';

type Rate = RouteAnswer<typeof routes.listDays>['rate'];

const rates = [
  ['soFar', 'so-far'],
  ['overAllPlanned', 'over-all'],
  ['bestStillReachable', 'best'],
] as const;

/** The three rates; each says over what. */
const Rates = ({ rate }: { readonly rate: Rate }) => {
  const t = useText('staff');
  const formats = useFormats();
  return (
    <div className={classes.rates}>
      {rates.map(([key, text]) => (
        <div key={key}>
          <div className={classes.rateValue}>{rate[key] === null ? '–' : formats.percent(rate[key])}</div>
          <Text size="xs" c="dimmed">
            {t(`rate.${text}`)}
          </Text>
        </div>
      ))}
    </div>
  );
};

interface MonthCardProps {
  readonly memberId: string;
  readonly month: string;
  readonly today: string;
  readonly chosen: string;
  readonly onMonth: (month: string) => void;
  readonly onChoose: (date: string) => void;
}

/** The days of a month with the rates they make. */
export const MonthCard = ({ memberId, month, today, chosen, onMonth, onChoose }: MonthCardProps) => {
  const from = `${month}-01`;
  const to = addDays(`${addMonths(month, 1)}-01`, -1);
  const days = useQuery({
    ...read(routes.listDays, { query: { memberId, from, to } }),
    placeholderData: (before) => before,
  });
  return (
    <Paper>
      <Stack>
        <MonthGrid
          month={month}
          onMonth={onMonth}
          days={days.data?.items ?? []}
          chosen={chosen}
          onChoose={onChoose}
          today={today}
        />
        {days.error ? (
          <ErrorNotice error={days.error} onRetry={() => void days.refetch()} />
        ) : (
          days.data && <Rates rate={days.data.rate} />
        )}
      </Stack>
    </Paper>
  );
};
