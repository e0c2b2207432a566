import { ActionIcon, Group, Paper, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { LocationLevel } from '@muster/contracts';
import { read, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import type { TimelineEntry } from '../../../components/timeline.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { TeacherCodeButton } from '../../registration/teacher-code-button.tsx';
import type { BoardRow } from '../board/board-state.ts';
import { StandingBadge } from '../board/standing.tsx';
import { DayEntries } from './day-timeline.tsx';
import { RiskCard } from './risk-card.tsx';
import { TodayFacts } from './today-facts.tsx';
import { TrackControls } from './track-controls.tsx';
import { useDayLive } from './use-day-live.ts';
import type { Track } from './use-track.ts';
import { LinkButton } from '../links.tsx';
import classes from '../staff.module.css';

/** The board listens to the same. */
const panelTopics = ['attendance', 'location'] as const;

interface PersonPanelProps {
  readonly row: BoardRow;
  readonly level: LocationLevel | null;
  readonly track: Track;
  readonly onClose: () => void;
}

const PanelHead = ({ row, onClose }: Pick<PersonPanelProps, 'row' | 'onClose'>) => {
  const t = useText('staff');
  const { member } = row;
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div className={classes.panelName}>
        <Group gap="sm">
          <Title order={2}>{member.displayName}</Title>
          <StandingBadge row={row} size="md" />
        </Group>
        <Text size="sm" c="dimmed">
          {[member.number, member.groupName].filter(Boolean).join(' · ')}
        </Text>
      </div>
      <Group gap={4} justify="flex-end">
        <TeacherCodeButton memberId={member.memberId} name={member.displayName} size="compact-sm" />
        <LinkButton
          to="/staff/members/$memberId"
          params={{ memberId: member.memberId }}
          variant="subtle"
          size="compact-sm"
        >
          {t('panel.page')}
        </LinkButton>
        <ActionIcon variant="subtle" color="gray" aria-label={t('panel.close')} onClick={onClose}>
          <IconX size={18} />
        </ActionIcon>
      </Group>
    </Group>
  );
};

/** The chosen person's day under the map. */
export const PersonPanel = ({ row, level, track, onClose }: PersonPanelProps) => {
  const t = useText('staff');
  const { memberId, timeZone, displayName } = row.member;
  const params = { memberId };
  useDayLive(memberId, panelTopics);
  const today = useQuery(read(routes.readToday, { params }));
  const timeline = useQuery(read(routes.readTimeline, { params, query: { date: row.day.date } }));
  const show = (entry: TimelineEntry) => track.setAtMs(Date.parse(entry.at));
  const failed = today.error ?? timeline.error;
  return (
    <Paper component="section" aria-label={t('panel.label', { name: displayName })} className={classes.panel ?? ''}>
      <PanelHead row={row} onClose={onClose} />
      <TrackControls name={displayName} timeZone={timeZone} track={track} timeline={timeline.data} level={level} />
      {failed && (
        <ErrorNotice
          error={failed}
          onRetry={() => {
            void today.refetch();
            void timeline.refetch();
          }}
        />
      )}
      <div className={classes.panelColumns}>
        <section aria-label={t('panel.timeline')}>
          <Title order={3} mb="sm">
            {t('panel.timeline')}
          </Title>
          {timeline.data && today.data ? (
            <DayEntries
              timeline={timeline.data}
              punches={today.data.punches}
              onChoose={track.isShown ? show : undefined}
            />
          ) : (
            !failed && <LoadingBlock height={120} />
          )}
        </section>
        <section aria-label={t('panel.facts')}>
          <Title order={3} mb="sm">
            {t('panel.facts')}
          </Title>
          {today.data ? <TodayFacts today={today.data} /> : !failed && <LoadingBlock height={120} />}
          <Title order={3} mt="lg" mb="sm">
            {t('panel.signals')}
          </Title>
          <RiskCard memberId={memberId} timeZone={timeZone} most={2} />
        </section>
      </div>
    </Paper>
  );
};
