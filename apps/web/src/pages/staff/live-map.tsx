import type { Coordinates, Gate, LocationLevel, Site } from '@muster/contracts';
import { Paper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { read, routes } from '../../api/client.ts';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import type { PersonOnMap, TrailPoint } from '../../map/people/person.ts';
import { SiteMap } from '../../map/site-map.tsx';
import { type BoardRow, countsOf } from './board/board-state.ts';
import type { Track } from './person/use-track.ts';
import classes from './staff.module.css';

const TrackLayer = lazy(async () => ({ default: (await import('../../map/track-layer.tsx')).TrackLayer }));
const nobody: readonly PersonOnMap[] = [];
const nowhere: readonly TrailPoint[] = [];

interface LiveMapProps {
  readonly rows: readonly BoardRow[];
  /** Null while it is not known. */
  readonly level: LocationLevel | null;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly siteId: string | undefined;
  readonly chosenId: string | null;
  readonly onChoose: (memberId: string | null) => void;
  readonly trail: readonly TrailPoint[] | undefined;
  readonly track: Track;
  readonly height: string;
}

const peopleOf = (rows: readonly BoardRow[]): PersonOnMap[] =>
  rows.flatMap(({ member, presence, state }) => {
    const position = presence?.position;
    if (!position || !state) return [];
    return {
      id: member.memberId,
      name: member.displayName,
      state,
      longitude: position.longitude,
      latitude: position.latitude,
      accuracyMeters: position.accuracyMeters,
      headingDegrees: position.headingDegrees,
      fixedAtMs: Date.parse(position.fixedAt),
    };
  });

/** How many are here, where no point may be shown. */
const usePresenceText = (rows: readonly BoardRow[]): string => {
  const t = useText('staff');
  const formats = useFormats();
  const counts = countsOf(rows.filter(({ day }) => day.tracking));
  const said = [
    t('map.inside', { count: counts.present + counts.late }),
    ...(counts.outside > 0 ? [t('map.outside', { count: counts.outside })] : []),
    ...(counts.unknown > 0 ? [t('map.unknown', { count: counts.unknown })] : []),
  ];
  return formats.list(said);
};

/** What a site is drawn with: plan, gates, the operator's tiles. */
export const useSurroundings = (site: Site | undefined) => {
  const plan = useQuery({
    ...read(routes.readSitePlan, { params: { siteId: site?.siteId ?? '' } }),
    enabled: site?.hasPlan === true,
    staleTime: 5 * 60_000,
  });
  const gates = useQuery({ ...read(routes.listGates, {}), staleTime: 5 * 60_000 });
  const organization = useQuery({ ...read(routes.readOrganization, {}), staleTime: 5 * 60_000 });
  const all = gates.data?.items;
  const siteId = site?.siteId;
  const ofSite = useMemo((): readonly Gate[] => all?.filter((gate) => gate.siteId === siteId) ?? [], [all, siteId]);
  return { plan: plan.data, gates: ofSite, tileUrl: organization.data?.tileUrl ?? null };
};

const SiteOnMap = ({ site, ...props }: LiveMapProps & { readonly site: Site }) => {
  const { rows, level, chosenId, onChoose, trail, track, height } = props;
  const t = useText('staff');
  const surroundings = useSurroundings(site);
  const here = useMemo(() => rows.filter(({ member }) => member.siteId === site.siteId), [rows, site.siteId]);
  const people = useMemo(() => peopleOf(here), [here]);
  const presenceText = usePresenceText(here);
  const center: Coordinates = site.center;
  return (
    <SiteMap
      key={site.siteId}
      label={t('map.label', { site: site.name })}
      height={height}
      center={center}
      plan={surroundings.plan}
      geofences={site.geofences}
      gates={surroundings.gates}
      tileUrl={surroundings.tileUrl}
      // While a day is played back, nobody else stands on the map: now and then would mix.
      people={track.isShown ? nobody : people}
      chosenId={chosenId}
      onChoose={onChoose}
      trail={track.isShown ? nowhere : (trail ?? nowhere)}
      presenceText={level === 'presence' && !track.isShown ? presenceText : null}
    >
      {track.isShown && (
        <Suspense>
          <TrackLayer positions={track.positions} atMs={track.atMs} />
        </Suspense>
      )}
    </SiteMap>
  );
};

/** The map of one site with everybody on it, as far as the reader may see. */
export const LiveMap = (props: LiveMapProps) => {
  const t = useText('staff');
  const sites = useQuery({ ...read(routes.listSites, {}), staleTime: 60_000 });
  const site = sites.data?.items.find(({ siteId }) => siteId === props.siteId) ?? sites.data?.items[0];
  const content = () => {
    if (props.level === 'attendance') return <NoPermission what={t('map.what')} />;
    if (props.error !== null)
      return <ErrorNotice error={props.error} onRetry={props.onRetry} title={t('map.failed')} />;
    if (sites.error) return <ErrorNotice error={sites.error} onRetry={() => void sites.refetch()} />;
    if (sites.isPending) return <LoadingBlock height={props.height} />;
    if (!site) return <EmptyNotice title={t('map.no-site')} hint={t('map.no-site-hint')} />;
    return <SiteOnMap {...props} site={site} />;
  };
  return (
    <Paper p={0} className={classes.mapFrame ?? ''}>
      {content()}
    </Paper>
  );
};
