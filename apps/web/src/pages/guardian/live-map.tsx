import type { MemberCard, Presence } from '@muster/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { read, routes } from '../../api/client.ts';
import { useText } from '../../i18n/use-text.ts';
import { SiteMap } from '../../map/site-map.tsx';
import type { PersonOnMap } from '../../map/people/person.ts';
import type { StateKey } from '../../states.ts';

const states: Record<Presence['state'], StateKey> = { inside: 'present', outside: 'outside', unknown: 'unknown' };

interface LiveMapProps {
  readonly member: MemberCard;
  readonly presence: Presence;
  readonly height: number;
}

/** One child on the map of the site. */
export const LiveMap = ({ member, presence, height }: LiveMapProps) => {
  const t = useText('guardian');
  const { data: sites } = useQuery({ ...read(routes.listSites, {}), staleTime: 10 * 60_000 });
  const { data: plan } = useQuery({
    ...read(routes.readSitePlan, { params: { siteId: member.siteId } }),
    staleTime: 10 * 60_000,
  });
  const { data: organization } = useQuery({ ...read(routes.readOrganization, {}), staleTime: 10 * 60_000 });
  const site = sites?.items.find(({ siteId }) => siteId === member.siteId);
  const { position, state } = presence;
  // Another id when the state changes: whoever leaves the part of the map in sight is brought back into it.
  const id = `${member.memberId} ${state}`;
  const people = useMemo<PersonOnMap[]>(
    () =>
      position
        ? [
            {
              id,
              name: member.displayName,
              state: states[state],
              longitude: position.longitude,
              latitude: position.latitude,
              accuracyMeters: position.accuracyMeters,
              headingDegrees: position.headingDegrees,
              fixedAtMs: Date.parse(position.fixedAt),
            },
          ]
        : [],
    [id, member, position, state],
  );
  if (!site || !position) return <div style={{ height }} />;
  return (
    <SiteMap
      label={t('map.label', { name: member.displayName })}
      center={site.center}
      geofences={site.geofences}
      plan={plan}
      people={people}
      chosenId={id}
      tileUrl={organization?.tileUrl}
      height={height}
    />
  );
};
