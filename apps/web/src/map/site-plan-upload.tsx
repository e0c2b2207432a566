import type { Coordinates, SitePlan } from '@muster/contracts';
import { Alert, Button, FileButton, Group, List, Stack, Text } from '@mantine/core';
import { IconMapPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useFormats, useText } from '../i18n/use-text.ts';
import type { Fence } from './fence.ts';
import { boundsOf, distanceMeters, type LngLat, lngLat } from './geometry.ts';
import { type CheckedPlan, checkSitePlan, planKinds } from './site-plan-check.ts';
import { SiteMap } from './site-map.tsx';

interface SitePlanUploadProps {
  readonly center: Coordinates;
  readonly geofences?: readonly Fence[];
  /** The plan as it would be saved; null while there is none that can be used. */
  readonly onPlan: (plan: SitePlan | null) => void;
}

const farMeters = 5_000;

const firstPoint = ({ geometry }: SitePlan['features'][number]): LngLat => {
  const flat = (geometry.coordinates as unknown[]).flat(3) as number[];
  return [flat[0] ?? 0, flat[1] ?? 0];
};
const middleOf = (plan: SitePlan): LngLat => {
  const bounds = boundsOf(plan.features.map(firstPoint));
  return bounds ? [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] : [0, 0];
};

/** Takes a GeoJSON file, says what is in it and what is not usable, and shows it before anything is saved. */
export const SitePlanUpload = ({ center, geofences = [], onPlan }: SitePlanUploadProps) => {
  const t = useText('map');
  const formats = useFormats();
  const [file, setFile] = useState<string | null>(null);
  const [checked, setChecked] = useState<CheckedPlan | null>(null);
  const choose = async (chosen: File | null) => {
    if (!chosen) return;
    const result = checkSitePlan(await chosen.text());
    setFile(chosen.name);
    setChecked(result);
    onPlan(result.plan);
  };
  const middle = checked?.plan ? middleOf(checked.plan) : null;
  const awayMeters = middle ? distanceMeters(middle, lngLat(center)) : 0;
  const remarks = [
    ...(checked?.remarks ?? []).map((remark) =>
      t(`plan.${remark.code}`, { ...('count' in remark ? { count: remark.count } : {}), kinds: planKinds.join(', ') }),
    ),
    ...(awayMeters > farMeters ? [t('plan.far-away', { distance: formats.distance(awayMeters) })] : []),
  ];
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <FileButton
          accept=".geojson,.json,application/geo+json,application/json"
          onChange={(next) => void choose(next)}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconMapPlus size={17} stroke={1.7} />}>
              {t(file ? 'plan.replace' : 'plan.choose')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" flex={1}>
          {t('plan.hint')}
        </Text>
      </Group>
      {remarks.length > 0 && (
        <Alert color={checked?.plan ? 'yellow' : 'red'} role="alert">
          <List size="sm">
            {remarks.map((remark) => (
              <List.Item key={remark}>{remark}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {checked?.plan && middle && (
        <>
          <Text size="sm">
            {t('plan.found', { file })}:{' '}
            {formats.list(
              planKinds.flatMap((kind) =>
                checked.counts[kind] ? [t(`plan.kind.${kind}`, { count: checked.counts[kind] })] : [],
              ),
            )}
            .
          </Text>
          <SiteMap
            key={file}
            label={t('plan.found', { file })}
            height={320}
            center={{ longitude: middle[0], latitude: middle[1] }}
            plan={checked.plan}
            {...(awayMeters > farMeters ? {} : { geofences })}
          />
        </>
      )}
    </Stack>
  );
};
