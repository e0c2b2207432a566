import { Button, Paper, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconEye, IconQrcode } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useNow } from '../../../app/clock.ts';
import { useProfile } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { Timeline } from '../../../components/timeline.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { LatestLooks } from '../looks/looks-list.tsx';
import classes from '../member.module.css';
import { MonthOverview } from '../month/month-overview.tsx';
import { Section } from '../section.tsx';
import { RiskLine } from '../signals/risk-line.tsx';
import { actionOfPhase, type Today } from './day-phase.ts';
import { StateCard } from './state-card.tsx';
import { useTimelineEntries } from './timeline-entries.tsx';
import { useDayPhase, useTimeline, useToday } from './use-today.ts';

const Viewers = ({ seenBy }: { readonly seenBy: readonly string[] }) => {
  const t = useText('member');
  return (
    <Section
      title={t('viewers.title')}
      more={
        <Link to="/my/looks" className={classes.more ?? ''}>
          {t('viewers.looked')}
        </Link>
      }
    >
      <Paper py={6}>
        {seenBy.length === 0 ? (
          <Text size="sm" c="dimmed" py={6}>
            {t('viewers.nobody')}
          </Text>
        ) : (
          <ul className={classes.viewers}>
            {seenBy.map((viewer) => (
              <li key={viewer}>
                <IconEye size={16} stroke={1.7} aria-hidden />
                <span>{viewer}</span>
              </li>
            ))}
          </ul>
        )}
      </Paper>
    </Section>
  );
};

const TodayTimeline = ({ today }: { readonly today: Today }) => {
  const t = useText('member');
  const now = useNow();
  const timeline = useTimeline(today.member.memberId, today.day.date, today.tracking !== null);
  const entries = useTimelineEntries()(timeline.data, today.punches);
  return (
    <Section title={t('timeline.title')}>
      <Paper>
        {entries.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('timeline.empty')}
          </Text>
        ) : (
          <Timeline entries={entries} timeZone={today.member.timeZone} nowMs={now} label={t('timeline.title')} />
        )}
        {timeline.isError && (
          <Text size="sm" c="dimmed" mt="sm">
            {t('timeline.incomplete')}
          </Text>
        )}
      </Paper>
    </Section>
  );
};

/** The one primary action, or why there is none. */
const Action = ({ direction, isOpen }: { readonly direction: 'ENTER' | 'EXIT'; readonly isOpen: boolean }) => {
  const t = useText('member');
  return (
    <Button
      renderRoot={(props) => <Link to="/my/scan" {...props} />}
      size="lg"
      h={60}
      fullWidth
      fz="lg"
      variant={isOpen ? 'filled' : 'default'}
      leftSection={<IconQrcode size={26} stroke={1.8} />}
    >
      {t(`action.${direction}`)}
    </Button>
  );
};

const TodayContent = ({ today, isStale }: { readonly today: Today; readonly isStale: number | null }) => {
  const t = useText('member');
  const formats = useFormats();
  const { memberId } = today.member;
  const timeline = useTimeline(memberId, today.day.date, today.tracking !== null);
  const phase = useDayPhase(today, timeline.data);
  const action = actionOfPhase(phase);
  return (
    <Stack gap="lg">
      <StateCard
        today={today}
        phase={phase}
        isOwn
        over={
          <Text size="sm" c="dimmed" fw={560}>
            {formats.longDate(today.day.date)}
          </Text>
        }
      >
        {action && <Action {...action} />}
        {isStale !== null && (
          <Text size="xs" c="dimmed">
            {t('as-of')} <RelativeTime at={isStale} timeZone={today.member.timeZone} />
          </Text>
        )}
      </StateCard>
      {today.tracking && <Viewers seenBy={today.tracking.seenBy} />}
      <TodayTimeline today={today} />
      <MonthOverview memberId={memberId} today={today.day.date} />
      <LatestLooks memberId={memberId} />
      <RiskLine memberId={memberId} />
    </Stack>
  );
};

export const TodayPage = () => {
  const t = useText('app');
  const { userId } = useProfile();
  const query = useToday(userId, { keepsOnDevice: true });
  return (
    <>
      <VisuallyHidden component="h1">{t('navigation.home')}</VisuallyHidden>
      {query.data ? (
        <TodayContent today={query.data} isStale={query.isError ? query.dataUpdatedAt : null} />
      ) : query.isError ? (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <LoadingBlock height="60dvh" />
      )}
    </>
  );
};
