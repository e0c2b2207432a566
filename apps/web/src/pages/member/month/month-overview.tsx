import { Box, Group, Paper, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import { Section } from '../section.tsx';
import { monthOf } from './calendar.ts';
import { MonthGrid } from './month-grid.tsx';
import { Rates } from './rates.tsx';
import { useMonth } from './use-month.ts';

interface MonthOverviewProps {
  readonly memberId: string;
  readonly today: string;
  /** Of somebody else the days are only shown, with all three rates below them. */
  readonly isOwn?: boolean;
}

/** This month on the first page: the days, and how much was attended so far. */
export const MonthOverview = ({ memberId, today, isOwn = true }: MonthOverviewProps) => {
  const t = useText('member');
  const formats = useFormats();
  const navigate = useNavigate();
  const month = monthOf(today);
  const query = useMonth(memberId, month);
  const soFar = query.data?.rate.soFar ?? null;
  return (
    <Section
      title={t('month.this')}
      more={
        isOwn && (
          <Link to="/my/month" className={classes.more ?? ''}>
            {t('month.rates')}
          </Link>
        )
      }
    >
      <Paper p="sm" mih={300}>
        {query.isPending && <LoadingBlock height={260} />}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && (
          <>
            <MonthGrid
              month={month}
              days={query.data.items}
              today={today}
              {...(isOwn ? { onChoose: (day: string) => void navigate({ to: '/my/month', search: { day } }) } : {})}
            />
            {isOwn && (
              <Group justify="space-between" px={6} pt="xs">
                <Text size="sm" c="dimmed">
                  {t('rate.soFar')}
                </Text>
                <Text fw={640} className="numeric">
                  {soFar === null ? '–' : formats.percent(soFar)}
                </Text>
              </Group>
            )}
          </>
        )}
      </Paper>
      {!isOwn && query.data && (
        <Box mt="sm">
          <Rates rate={query.data.rate} days={query.data.items} />
        </Box>
      )}
    </Section>
  );
};
