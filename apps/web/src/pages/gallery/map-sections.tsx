import type { GeofenceShape, SitePlan } from '@muster/contracts';
import { Button, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useState } from 'react';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { GeofenceEditor } from '../../map/geofence-editor.tsx';
import { SiteMap } from '../../map/site-map.tsx';
import { SitePlanUpload } from '../../map/site-plan-upload.tsx';
import { TrackPlayback } from '../../map/track-playback.tsx';
import { bands, center, crowd, dayFromMs, dayToMs, fence, smallPlan, timeZone, track, trailOf } from './invented.ts';

const TrackLayer = lazy(async () => ({ default: (await import('../../map/track-layer.tsx')).TrackLayer }));
const fences = [fence];

const LiveSection = ({ plan }: { readonly plan: SitePlan }) => {
  const [count, setCount] = useState('34');
  const [tick, setTick] = useState(0);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [many, setMany] = useState<readonly string[]>([]);
  const moving = useInterval(() => setTick((value) => value + 1), 1_500);
  const people = useMemo(() => crowd(Number(count), tick), [count, tick]);
  const trail = useMemo(() => trailOf(people.find(({ id }) => id === chosenId)), [people, chosenId]);
  return (
    <Stack gap="xs">
      <Group>
        <SegmentedControl size="xs" data={['8', '34', '400', '2000']} value={count} onChange={setCount} />
        <Button size="xs" variant="default" onClick={moving.toggle}>
          {moving.active ? 'Stand still' : 'Walk about'}
        </Button>
        <Button size="xs" variant="default" onClick={() => setChosenId('p0003')}>
          Choose one
        </Button>
        {many.length > 0 && <Text size="sm">{many.length} at one place</Text>}
      </Group>
      <Paper p={0} style={{ overflow: 'hidden' }}>
        <SiteMap
          label="Live map"
          height={560}
          center={center}
          plan={plan}
          geofences={fences}
          people={people}
          chosenId={chosenId}
          onChoose={setChosenId}
          onChooseMany={setMany}
          trail={trail}
        />
      </Paper>
    </Stack>
  );
};

const PlaybackSection = ({ plan }: { readonly plan: SitePlan }) => {
  const [atMs, setAtMs] = useState(dayFromMs + 150 * 60_000);
  return (
    <Paper p={0} style={{ overflow: 'hidden' }}>
      <SiteMap label="A day" height={360} center={center} plan={plan} geofences={fences}>
        <Suspense>
          <TrackLayer positions={track} atMs={atMs} />
        </Suspense>
      </SiteMap>
      <div style={{ padding: 'var(--mantine-spacing-sm) var(--mantine-spacing-md)' }}>
        <TrackPlayback
          positions={track}
          bands={bands}
          fromMs={dayFromMs}
          toMs={dayToMs}
          atMs={atMs}
          onAt={setAtMs}
          timeZone={timeZone}
        />
      </div>
    </Paper>
  );
};

const EditorSection = ({ plan }: { readonly plan: SitePlan }) => {
  const [shape, setShape] = useState<GeofenceShape | null>({ kind: 'circle', center, radiusMeters: 140 });
  return (
    <Paper>
      <GeofenceEditor center={center} shape={shape} onChange={setShape} plan={plan} />
      <Text size="xs" c="dimmed" data-testid="shape" truncate>
        {JSON.stringify(shape)}
      </Text>
    </Paper>
  );
};

/** Everything that stands on a map. A plan chosen below is shown on all of them. */
export const MapSections = () => {
  const [plan, setPlan] = useState<SitePlan>(smallPlan);
  return (
    <Suspense fallback={<LoadingBlock />}>
      <Stack gap="xl">
        <LiveSection plan={plan} />
        <PlaybackSection plan={plan} />
        <EditorSection plan={plan} />
        <Paper>
          <SitePlanUpload center={center} geofences={fences} onPlan={(next) => next && setPlan(next)} />
        </Paper>
        <Paper p={0} style={{ overflow: 'hidden' }}>
          <SiteMap
            label="Presence only"
            height={260}
            center={center}
            geofences={fences}
            presenceText="37 present · 2 unknown"
          />
        </Paper>
        <Paper p={0} style={{ overflow: 'hidden' }}>
          <SiteMap label="The world" height={360} center={{ latitude: 20, longitude: 10 }} zoom={1.4} />
        </Paper>
      </Stack>
    </Suspense>
  );
};
