import type { MemberCard } from '@muster/contracts';
import { Paper, Text } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { Today } from '../member/today/day-phase.ts';
import { PhaseBadge, usePhaseWords } from '../member/today/state-card.tsx';
import { useDayPhase, useTimeline, useToday } from '../member/today/use-today.ts';
import classes from './guardian.module.css';
import { useAgreement } from './use-children.ts';
import { usePresence } from './use-presence.ts';

const LiveMap = lazy(async () => ({ default: (await import('./live-map.tsx')).LiveMap }));
const mapHeightPx = 150;

/** True from the moment at which the element has come into sight. */
const useSeen = () => {
  const element = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target || isSeen) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) setSeen(true);
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [isSeen]);
  return { element, isSeen };
};

/** The small map, only where a live view was agreed to and once the card is in sight: showing it is a look. */
const SmallMap = ({ member }: { readonly member: MemberCard }) => {
  const t = useText('guardian');
  const { element, isSeen } = useSeen();
  const query = usePresence(member.memberId, isSeen);
  const presence = query.data?.presence ?? null;
  return (
    <div ref={element} className={classes.smallMap} style={{ height: mapHeightPx }}>
      {presence?.position ? (
        <>
          <div inert className={classes.still}>
            <Suspense fallback={<LoadingBlock height={mapHeightPx} />}>
              <LiveMap member={member} presence={presence} height={mapHeightPx} />
            </Suspense>
          </div>
          <Text className={classes.age ?? ''} size="xs">
            {t('map.fixed')} <RelativeTime at={presence.position.fixedAt} timeZone={member.timeZone} />
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed" className={classes.noMap ?? ''}>
          {query.isError ? t('map.failed') : query.isSuccess ? t('map.nothing') : ''}
        </Text>
      )}
    </div>
  );
};

const ChildState = ({ today }: { readonly today: Today }) => {
  const { data: timeline } = useTimeline(today.member.memberId, today.day.date, today.tracking !== null);
  const phase = useDayPhase(today, timeline);
  const { headline, hint } = usePhaseWords(today.member.timeZone)(phase, false);
  return (
    <>
      <PhaseBadge phase={phase} />
      <Text fz="lg" fw={620} lh={1.3}>
        {headline}
      </Text>
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </>
  );
};

/** One child: name, state, since when, and a small map where it was agreed. */
export const ChildCard = ({ member }: { readonly member: MemberCard }) => {
  const t = useText('guardian');
  const today = useToday(member.memberId);
  const agreement = useAgreement(member.memberId);
  return (
    <Paper component="article" p={0} className={classes.card ?? ''} aria-label={member.displayName}>
      <Link to="/family/$memberId" params={{ memberId: member.memberId }} className={classes.cardLink ?? ''}>
        <span className={classes.cardHead}>
          <Text component="h2" fw={640} fz="lg" className="one-line">
            {member.displayName}
          </Text>
          <IconChevronRight size={20} stroke={1.8} aria-hidden />
        </span>
        {member.groupName && (
          <Text size="sm" c="dimmed">
            {member.groupName}
          </Text>
        )}
      </Link>
      <div className={classes.cardBody} role="status">
        {today.data ? (
          <ChildState today={today.data} />
        ) : today.isError ? (
          <ErrorNotice error={today.error} onRetry={() => void today.refetch()} />
        ) : (
          <LoadingBlock height={62} />
        )}
      </div>
      {agreement.data?.liveAgreedAt && today.data?.tracking && <SmallMap member={member} />}
      {agreement.isSuccess && !agreement.data?.liveAgreedAt && today.data?.tracking && (
        <Text size="sm" c="dimmed" px="md" pb="md">
          {t('map.not-agreed-short')}
        </Text>
      )}
    </Paper>
  );
};
