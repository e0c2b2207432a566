import { Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useText } from '../../i18n/use-text.ts';
import { CoordinateFields } from './coordinate-fields.tsx';
import { type DraftPlace, placeOf } from './draft-place.ts';
import classes from './place.module.css';
import { SiteMap, type SiteMapProps } from '../site-map.tsx';

const PickPlace = lazy(async () => ({ default: (await import('./pick-place.tsx')).PickPlace }));

interface PlacePickerProps extends Pick<SiteMapProps, 'plan' | 'geofences' | 'gates' | 'tileUrl'> {
  readonly label: string;
  readonly place: DraftPlace;
  readonly onPlace: (place: DraftPlace) => void;
}

/** All continents. */
const world = { center: { latitude: 25, longitude: 12 }, zoom: 1 };
const nearZoom = 14;

/** A place, pressed on the map, written, or the one where the reader is. Opens with the whole world for a new one. */
export const PlacePicker = ({ label, place, onPlace, ...surroundings }: PlacePickerProps) => {
  const t = useText('place');
  const chosen = placeOf(place);
  const [initial] = useState(() => (chosen === null ? world : { center: chosen, zoom: nearZoom }));
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t('hint')}
      </Text>
      <div className={classes.frame}>
        <SiteMap label={label} height={300} center={initial.center} zoom={initial.zoom} {...surroundings}>
          <Suspense>
            <PickPlace place={chosen} onPlace={onPlace} />
          </Suspense>
        </SiteMap>
      </div>
      <CoordinateFields place={place} onPlace={onPlace} />
    </Stack>
  );
};
