import type { Gate, Site } from '@muster/contracts';
import { Button, SimpleGrid, Text } from '@mantine/core';
import { IconDoor, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read, routes } from '../../../api/client.ts';
import { useMay } from '../../../app/session.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText, useWord } from '../../../i18n/use-text.ts';
import { SiteMap } from '../../../map/site-map.tsx';
import { useSurroundings } from '../../staff/live-map.tsx';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import classes from '../admin.module.css';
import { AddGate } from './add-gate.tsx';
import { GateLine } from './gate-line.tsx';

const SiteGates = ({ site, gates }: { readonly site: Site; readonly gates: readonly Gate[] }) => {
  const t = useText('admin');
  const surroundings = useSurroundings(site);
  return (
    <section aria-label={site.name}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <div>
          <Text size="sm" c="dimmed" mb="xs">
            {site.name} · {site.address}
          </Text>
          {gates.length === 0 ? (
            <div className={staff.emptyFrame}>
              <EmptyNotice icon={IconDoor} title={t('gates.none')} hint={t('gates.none-hint')} />
            </div>
          ) : (
            <ul className={classes.list} aria-label={site.name}>
              {gates.map((gate) => (
                <GateLine key={gate.gateId} gate={gate} />
              ))}
            </ul>
          )}
        </div>
        <div className={classes.mapFrame}>
          <SiteMap
            label={t('gates.map', { site: site.name })}
            height={420}
            center={site.center}
            plan={surroundings.plan}
            geofences={site.geofences}
            gates={surroundings.gates}
            tileUrl={surroundings.tileUrl}
          />
        </div>
      </SimpleGrid>
    </section>
  );
};

/** Where people scan: printed codes and screens. */
export const GatesPage = () => {
  const t = useText('admin');
  const word = useWord();
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  const sites = useQuery(read(routes.listSites, {}));
  const gates = useQuery(read(routes.listGates, {}));
  const failed = sites.error ?? gates.error;
  const items = sites.data?.items ?? [];
  return (
    <div className={staff.page}>
      <PageHead title={word('gate', 2)} lead={t('gates.lead')}>
        {may('rules.configure') && items.length > 0 && !isAdding && (
          <Button leftSection={<IconPlus size={17} />} onClick={() => setAdding(true)}>
            {t('gates.add')}
          </Button>
        )}
      </PageHead>
      {isAdding && <AddGate sites={items} onClose={() => setAdding(false)} />}
      {failed ? (
        <ErrorNotice
          error={failed}
          onRetry={() => {
            void sites.refetch();
            void gates.refetch();
          }}
        />
      ) : !sites.data || !gates.data ? (
        <LoadingBlock height="40dvh" />
      ) : items.length === 0 ? (
        <EmptyNotice icon={IconDoor} title={t('sites.none')} hint={t('sites.none-hint')} />
      ) : (
        items.map((site) => (
          <SiteGates
            key={site.siteId}
            site={site}
            gates={gates.data.items.filter(({ siteId }) => siteId === site.siteId)}
          />
        ))
      )}
    </div>
  );
};
