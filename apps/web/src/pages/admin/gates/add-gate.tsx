import type { Coordinates, Site } from '@muster/contracts';
import { Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, lazy, Suspense, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText, useWord } from '../../../i18n/use-text.ts';
import { CoordinateFields } from '../../../map/place/coordinate-fields.tsx';
import { nowhereYet, placeOf } from '../../../map/place/draft-place.ts';
import { distanceMeters, lngLat } from '../../../map/geometry.ts';
import { SiteMap } from '../../../map/site-map.tsx';
import { useSurroundings } from '../../staff/live-map.tsx';
import { useWriteKey } from '../../staff/use-write-key.ts';
import classes from '../admin.module.css';

const PickPlace = lazy(async () => ({ default: (await import('../../../map/place/pick-place.tsx')).PickPlace }));
const farMeters = 1_000;

interface AddGateProps {
  readonly sites: readonly Site[];
  readonly onClose: () => void;
}

const useAddGate = (onAdded: () => void) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  return useMutation({
    mutationFn: (body: { siteId: string; name: string; position: Coordinates }) =>
      call(routes.addGate, { body }, { idempotencyKey: keyOf(body) }),
    onSuccess: async ({ name }) => {
      await queries.invalidateQueries({ queryKey: [routes.listGates.operation] });
      void notify({ text: t('gates.added', { gate: name }) });
      onAdded();
    },
  });
};

/** A new gate: its name, and its place pressed on the map. */
export const AddGate = ({ sites, onClose }: AddGateProps) => {
  const t = useText('admin');
  const word = useWord();
  const formats = useFormats();
  const [siteId, setSiteId] = useState(sites[0]?.siteId ?? '');
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(nowhereYet);
  const place = placeOf(draft);
  const [tried, setTried] = useState(false);
  const add = useAddGate(onClose);
  const site = sites.find((each) => each.siteId === siteId) ?? sites[0];
  const surroundings = useSurroundings(site);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() && place && site) add.mutate({ siteId: site.siteId, name: name.trim(), position: place });
  };
  if (!site) return null;
  const awayMeters = place ? distanceMeters(lngLat(place), lngLat(site.center)) : 0;
  return (
    <Paper component="form" noValidate onSubmit={submit} aria-label={t('gates.add')}>
      <Title order={2} mb="sm">
        {t('gates.add')}
      </Title>
      <div className={classes.mapColumns}>
        <div className={classes.mapFrame}>
          <SiteMap
            key={site.siteId}
            label={t('gates.pick')}
            height={380}
            center={site.center}
            plan={surroundings.plan}
            geofences={site.geofences}
            gates={surroundings.gates}
            tileUrl={surroundings.tileUrl}
          >
            <Suspense>
              <PickPlace place={place} onPlace={setDraft} />
            </Suspense>
          </SiteMap>
        </div>
        <Stack>
          <TextInput
            label={t('gates.name')}
            value={name}
            maxLength={80}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried && !name.trim() ? t('gates.name-missing') : null}
          />
          {sites.length > 1 && (
            <NativeSelect
              label={word('site')}
              value={siteId}
              onChange={(event) => {
                setSiteId(event.currentTarget.value);
                setDraft(nowhereYet);
              }}
              data={sites.map((each) => ({ value: each.siteId, label: each.name }))}
            />
          )}
          <Text
            size="sm"
            c={tried && !place ? 'var(--state-outside)' : 'dimmed'}
            role={tried && !place ? 'alert' : undefined}
          >
            {t('gates.pick-hint')}
          </Text>
          <CoordinateFields place={draft} onPlace={setDraft} />
          {awayMeters > farMeters && (
            <Text size="sm" role="status">
              {t('gates.far', { distance: formats.distance(awayMeters) })}
            </Text>
          )}
          {add.error && <ErrorNotice error={add.error} />}
          <Group>
            <Button type="submit" loading={add.isPending}>
              {t('gates.add')}
            </Button>
            <Button variant="subtle" color="gray" onClick={onClose} disabled={add.isPending}>
              {t('gates.cancel')}
            </Button>
          </Group>
        </Stack>
      </div>
    </Paper>
  );
};
