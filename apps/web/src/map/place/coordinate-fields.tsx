import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { IconCurrentLocation } from '@tabler/icons-react';
import { useState } from 'react';
import { useText } from '../../i18n/use-text.ts';
import { type DraftPlace, roundedPlace } from './draft-place.ts';

interface CoordinateFieldsProps {
  readonly place: DraftPlace;
  readonly onPlace: (place: DraftPlace) => void;
}

const patienceMs = 15_000;

/** Asks this device where it is; `trouble` is a text of the map, null while all is well. */
const useHere = (onPlace: (place: DraftPlace) => void) => {
  const [isLooking, setLooking] = useState(false);
  const [trouble, setTrouble] = useState<'denied' | 'none' | null>(null);
  const look = () => {
    setLooking(true);
    setTrouble(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLooking(false);
        onPlace(roundedPlace(coords));
      },
      ({ code, PERMISSION_DENIED }) => {
        setLooking(false);
        setTrouble(code === PERMISSION_DENIED ? 'denied' : 'none');
      },
      { enableHighAccuracy: true, timeout: patienceMs },
    );
  };
  return { isLooking, trouble, look };
};

/** Latitude and longitude by hand, for those who cannot point at a map, or those of the place where the reader is. */
export const CoordinateFields = ({ place, onPlace }: CoordinateFieldsProps) => {
  const t = useText('place');
  const { isLooking, trouble, look } = useHere(onPlace);
  const field = (key: 'latitude' | 'longitude', most: number) => (
    <NumberInput
      label={t(key)}
      decimalScale={6}
      step={0.0001}
      min={-most}
      max={most}
      hideControls
      value={place[key] ?? ''}
      onChange={(value) => onPlace({ ...place, [key]: value === '' ? null : Number(value) })}
    />
  );
  return (
    <Stack gap="xs">
      <Group grow>
        {field('latitude', 90)}
        {field('longitude', 180)}
      </Group>
      {window.isSecureContext && 'geolocation' in navigator && (
        <Group gap="xs">
          <Button
            variant="light"
            size="compact-sm"
            leftSection={<IconCurrentLocation size={16} />}
            loading={isLooking}
            onClick={look}
          >
            {t('here')}
          </Button>
          {trouble && (
            <Text size="sm" role="alert">
              {t(trouble)}
            </Text>
          )}
        </Group>
      )}
    </Stack>
  );
};
