import type { MemberCard, Punch } from '@muster/contracts';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { read, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { SiteMap } from '../../../map/site-map.tsx';
import { useSurroundings } from '../live-map.tsx';
import { DayEntries } from './day-timeline.tsx';
import { TrackControls } from './track-controls.tsx';
import { type Track, useTrack } from './use-track.ts';
import classes from '../staff.module.css';

const TrackLayer = lazy(async () => ({ default: (await import('../../../map/track-layer.tsx')).TrackLayer }));

const TrackMap = ({ member, track }: { readonly member: MemberCard; readonly track: Track }) => {
  const t = useText('staff');
  const sites = useQuery({ ...read(routes.listSites, {}), staleTime: 60_000 });
  const site = sites.data?.items.find(({ siteId }) => siteId === member.siteId);
  const surroundings = useSurroundings(site);
  if (!site) return <LoadingBlock height={360} />;
  return (
    <div className={classes.mapRound}>
      <SiteMap
        label={t('track.of', { name: member.displayName })}
        height={360}
        center={site.center}
        plan={surroundings.plan}
        geofences={site.geofences}
        gates={surroundings.gates}
        tileUrl={surroundings.tileUrl}
      >
        <Suspense>
          <TrackLayer positions={track.positions} atMs={track.atMs} />
        </Suspense>
      </SiteMap>
    </div>
  );
};

interface DayCardProps {
  readonly member: MemberCard;
  readonly date: string;
  readonly punches: readonly Punch[];
}

/** One day of a member: the timeline, and the way on the map once a purpose was given. */
export const DayCard = ({ member, date, punches }: DayCardProps) => {
  const params = { memberId: member.memberId };
  const timeline = useQuery(read(routes.readTimeline, { params, query: { date } }));
  const track = useTrack(member.memberId, date);
  if (timeline.isPending) return <LoadingBlock height={200} />;
  if (timeline.error) return <ErrorNotice error={timeline.error} onRetry={() => void timeline.refetch()} />;
  return (
    <Stack>
      {track.isShown && <TrackMap member={member} track={track} />}
      {timeline.data.sessions.length > 0 && (
        <div>
          <TrackControls
            name={member.displayName}
            timeZone={member.timeZone}
            track={track}
            timeline={timeline.data}
            level={null}
          />
        </div>
      )}
      <DayEntries
        timeline={timeline.data}
        punches={punches}
        onChoose={track.isShown ? (entry) => track.setAtMs(Date.parse(entry.at)) : undefined}
      />
    </Stack>
  );
};
