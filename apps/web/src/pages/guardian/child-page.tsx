import type { MemberCard, Presence } from '@muster/contracts';
import { ActionIcon, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useNow } from '../../app/clock.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { BackLink } from '../member/back-link.tsx';
import { InboxRow, useInbox } from '../member/inbox/inbox-page.tsx';
import { LooksList } from '../member/looks/looks-list.tsx';
import { MonthOverview } from '../member/month/month-overview.tsx';
import { shiftDate } from '../member/month/calendar.ts';
import { Section } from '../member/section.tsx';
import type { Today } from '../member/today/day-phase.ts';
import { StateCard } from '../member/today/state-card.tsx';
import { useTimelineEntries } from '../member/today/timeline-entries.tsx';
import { useDayPhase, useTimeline, useToday } from '../member/today/use-today.ts';
import own from './guardian.module.css';
import { useAgreement } from './use-children.ts';
import { usePresence } from './use-presence.ts';

const LiveMap = lazy(async () => ({ default: (await import('./live-map.tsx')).LiveMap }));
const mapHeightPx = 260;
const shownMessages = 3;

const Position = ({ member, presence }: { readonly member: MemberCard; readonly presence: Presence }) => {
  const t = useText('guardian');
  const formats = useFormats();
  const { position } = presence;
  return (
    <>
      <div className={own.map} style={{ height: mapHeightPx }}>
        {position && (
          <Suspense fallback={<LoadingBlock height={mapHeightPx} />}>
            <LiveMap member={member} presence={presence} height={mapHeightPx} />
          </Suspense>
        )}
      </div>
      <Text size="sm" px="md" py="sm" role="status">
        {t(`presence.${presence.state}`)}
        {position && (
          <>
            {' · '}
            {t('map.fixed')} <RelativeTime at={position.fixedAt} timeZone={member.timeZone} />
            {position.accuracyMeters !== null &&
              ` · ${t('map.accuracy', { distance: formats.distance(position.accuracyMeters) })}`}
          </>
        )}
        {!position && presence.lastHeardAt && (
          <>
            {' · '}
            {t('map.heard')} <RelativeTime at={presence.lastHeardAt} timeZone={member.timeZone} />
          </>
        )}
      </Text>
    </>
  );
};

/** Where the child is now, where that was agreed; looking is recorded, and the page says so. */
const Live = ({ member }: { readonly member: MemberCard }) => {
  const t = useText('guardian');
  const agreement = useAgreement(member.memberId);
  const isAgreed = Boolean(agreement.data?.liveAgreedAt);
  const query = usePresence(member.memberId, isAgreed);
  const presence = query.data?.presence ?? null;
  return (
    <Section title={t('live.title')}>
      <Paper p={0} style={{ overflow: 'hidden' }}>
        {agreement.isError ? (
          <ErrorNotice error={agreement.error} onRetry={() => void agreement.refetch()} />
        ) : agreement.isSuccess && !isAgreed ? (
          <Text size="sm" c="dimmed" p="md">
            {t('live.not-agreed')}
          </Text>
        ) : query.isError && !query.data ? (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('map.failed')} />
        ) : query.isSuccess && !presence ? (
          <Text size="sm" c="dimmed" p="md">
            {t('map.nothing')}
          </Text>
        ) : presence ? (
          <Position member={member} presence={presence} />
        ) : (
          <LoadingBlock height={mapHeightPx} />
        )}
      </Paper>
      {isAgreed && (
        <Text size="xs" c="dimmed" mt={6}>
          {t('live.recorded')}
        </Text>
      )}
    </Section>
  );
};

/** The day that is chosen in the address, or today. */
const Day = ({ today }: { readonly today: Today }) => {
  const t = useText('guardian');
  const member = useText('member');
  const formats = useFormats();
  const now = useNow();
  const { date: asked } = useSearch({ from: '/phone/guardian/family/$memberId' });
  const navigate = useNavigate({ from: '/family/$memberId' });
  const { memberId, timeZone } = today.member;
  const newest = today.day.date;
  const date = asked && asked < newest ? asked : newest;
  const isToday = date === newest;
  const timeline = useTimeline(memberId, date, isToday && today.tracking !== null);
  const entries = useTimelineEntries()(timeline.data, isToday ? today.punches : null);
  const show = (next: string) =>
    void navigate({ search: next < newest ? { date: next } : {}, replace: true, resetScroll: false });
  return (
    <Section title={isToday ? t('day.today') : formats.longDate(date)}>
      <Group gap={6} wrap="nowrap" mb="xs">
        <ActionIcon variant="default" size={42} aria-label={t('day.before')} onClick={() => show(shiftDate(date, -1))}>
          <IconChevronLeft size={20} />
        </ActionIcon>
        <TextInput
          type="date"
          aria-label={t('day.choose')}
          value={date}
          max={newest}
          size="md"
          style={{ flex: 1 }}
          onChange={(event) => {
            if (event.currentTarget.value) show(event.currentTarget.value);
          }}
        />
        <ActionIcon
          variant="default"
          size={42}
          aria-label={t('day.after')}
          disabled={isToday}
          onClick={() => show(shiftDate(date, 1))}
        >
          <IconChevronRight size={20} />
        </ActionIcon>
      </Group>
      <Paper mih={84}>
        {timeline.isPending && <LoadingBlock height={52} />}
        {timeline.isError && entries.length === 0 && (
          <ErrorNotice error={timeline.error} onRetry={() => void timeline.refetch()} />
        )}
        {entries.length > 0 && (
          <Timeline entries={entries} timeZone={timeZone} nowMs={now} label={formats.longDate(date)} />
        )}
        {timeline.isSuccess && entries.length === 0 && (
          <Text size="sm" c="dimmed">
            {member(isToday ? 'timeline.empty' : 'timeline.none')}
          </Text>
        )}
      </Paper>
    </Section>
  );
};

/** What was told about this child. */
const Messages = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('guardian');
  const { data } = useInbox();
  const items = data?.pages.flatMap((page) => page.items).filter((item) => item.memberId === memberId) ?? [];
  if (items.length === 0) return null;
  return (
    <Section title={t('messages')}>
      <Paper p={0} component="ul" m={0} style={{ listStyle: 'none' }}>
        {items.slice(0, shownMessages).map((item) => (
          <InboxRow key={item.itemId} item={item} isNew={item.readAt === null} />
        ))}
      </Paper>
    </Section>
  );
};

/** Everyone who looked; behind a button, because it is long and seldom read. */
const Looks = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('guardian');
  const [isOpen, setOpen] = useState(false);
  return (
    <Section title={t('looks.title')}>
      {isOpen ? (
        <LooksList memberId={memberId} />
      ) : (
        <Button variant="default" fullWidth onClick={() => setOpen(true)}>
          {t('looks.open')}
        </Button>
      )}
    </Section>
  );
};

const ChildContent = ({ today }: { readonly today: Today }) => {
  const { member } = today;
  const { data: timeline } = useTimeline(member.memberId, today.day.date, today.tracking !== null);
  const phase = useDayPhase(today, timeline);
  return (
    <Stack gap="lg">
      <div>
        <BackLink to="/family" />
        <Title order={1} className="one-line">
          {member.displayName}
        </Title>
      </div>
      <StateCard
        today={today}
        phase={phase}
        isOwn={false}
        over={
          member.groupName && (
            <Text size="sm" c="dimmed" fw={560}>
              {member.groupName}
            </Text>
          )
        }
      />
      <Live member={member} />
      <Day today={today} />
      <Messages memberId={member.memberId} />
      <MonthOverview memberId={member.memberId} today={today.day.date} isOwn={false} />
      <Looks memberId={member.memberId} />
    </Stack>
  );
};

export const ChildPage = () => {
  const { memberId } = useParams({ from: '/phone/guardian/family/$memberId' });
  const query = useToday(memberId);
  if (query.data) return <ChildContent key={memberId} today={query.data} />;
  if (query.isError) {
    return (
      <Stack>
        <BackLink to="/family" />
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      </Stack>
    );
  }
  return <LoadingBlock height="60dvh" />;
};
