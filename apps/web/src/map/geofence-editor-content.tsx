import type { Coordinates, GeofenceShape, SitePlan } from '@muster/contracts';
import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { IconCircle, IconPencil, IconPolygon, IconTrash } from '@tabler/icons-react';
import { Marker, useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useFormats, useText } from '../i18n/use-text.ts';
import { createDrawing, type Drawing, type DrawingMode } from './drawing.ts';
import type { Fence } from './fence.ts';
import { destination, distanceMeters, type LngLat, lngLat, ringAreaSquareMeters } from './geometry.ts';
import classes from './map.module.css';
import { SiteMapContent } from './site-map-content.tsx';
import { useMapPalette } from './use-map-palette.ts';

export interface GeofenceEditorProps {
  readonly center: Coordinates;
  /** The shape to edit; null to start with an empty map. */
  readonly shape: GeofenceShape | null;
  readonly onChange: (shape: GeofenceShape | null) => void;
  readonly plan?: SitePlan | null | undefined;
  /** The site's other geofences, drawn but not edited. */
  readonly others?: readonly Fence[];
  readonly tileUrl?: string | null | undefined;
  readonly height?: number;
}

interface RadiusHandleProps {
  readonly shape: Extract<GeofenceShape, { kind: 'circle' }>;
  readonly onChange: (shape: GeofenceShape) => void;
}

/** On the eastern edge of a circle; dragging it makes the circle larger or smaller. */
const RadiusHandle = ({ shape, onChange }: RadiusHandleProps) => {
  const center = lngLat(shape.center);
  const [longitude, latitude] = destination(center, shape.radiusMeters, 90);
  return (
    <Marker
      longitude={longitude}
      latitude={latitude}
      draggable
      onDrag={({ lngLat: place }) => {
        const meters = distanceMeters(center, [place.lng, place.lat]);
        onChange({ ...shape, radiusMeters: Math.max(5, Math.round(meters)) });
      }}
    >
      <span className={classes.handle} />
    </Marker>
  );
};

interface DrawingLayerProps {
  readonly shape: GeofenceShape | null;
  readonly mode: DrawingMode;
  readonly onChange: (shape: GeofenceShape | null) => void;
  readonly onMode: (mode: DrawingMode) => void;
}

const DrawingLayer = ({ shape, mode, onChange, onMode }: DrawingLayerProps) => {
  const { current: map } = useMap();
  const palette = useMapPalette();
  const drawing = useRef<Drawing | null>(null);
  // What the drawing itself has told is not shown to it again, or the handle under the finger would vanish.
  const told = useRef<GeofenceShape | null>(null);
  const change = useEffectEvent((next: GeofenceShape | null) => {
    told.current = next;
    onChange(next);
  });
  const finish = useEffectEvent(() => onMode('select'));
  const fill = useEffectEvent((made: Drawing) => {
    made.show(shape);
    made.setMode(mode);
  });
  const { fence, surface } = palette;
  useEffect(() => {
    if (!map) return undefined;
    let made: Drawing | null = null;
    const start = () => {
      if (made) return;
      made = createDrawing(map.getMap(), {
        color: fence,
        surface,
        onChange: (next) => change(next),
        onFinish: () => finish(),
      });
      drawing.current = made;
      fill(made);
    };
    if (map.isStyleLoaded()) start();
    else map.once('idle', start);
    return () => {
      map.off('idle', start);
      made?.remove();
      drawing.current = null;
    };
  }, [map, fence, surface]);
  useEffect(() => drawing.current?.setMode(mode), [mode]);
  useEffect(() => {
    if (shape === told.current) return;
    told.current = shape;
    drawing.current?.show(shape);
  }, [shape]);
  return shape?.kind === 'circle' && mode === 'select' ? <RadiusHandle shape={shape} onChange={onChange} /> : null;
};

const hints: Record<DrawingMode, string> = {
  circle: 'editor.hint-circle',
  polygon: 'editor.hint-polygon',
  select: 'editor.hint-edit',
  static: 'editor.hint-start',
};
const noFences: readonly Fence[] = [];

/** The editor itself; pages use `GeofenceEditor` from geofence-editor.tsx. */
export const GeofenceEditorContent = (props: GeofenceEditorProps) => {
  const { shape, onChange, center, height = 420, others = noFences } = props;
  const t = useText('map');
  const formats = useFormats();
  const [mode, setMode] = useState<DrawingMode>(shape ? 'select' : 'static');
  const area = shape?.kind === 'polygon' ? ringAreaSquareMeters((shape.rings[0] ?? []) as LngLat[]) : 0;
  const tool = (value: DrawingMode, icon: typeof IconCircle, label: string) => {
    const Icon = icon;
    return (
      <Button
        size="xs"
        variant={mode === value ? 'filled' : 'default'}
        aria-pressed={mode === value}
        leftSection={<Icon size={15} stroke={1.8} />}
        disabled={value === 'select' && !shape}
        onClick={() => setMode(value)}
      >
        {label}
      </Button>
    );
  };
  return (
    <Stack gap="xs" role="group" aria-label={t('editor.label')}>
      <Group gap="xs">
        {tool('circle', IconCircle, t('editor.circle'))}
        {tool('polygon', IconPolygon, t('editor.polygon'))}
        {tool('select', IconPencil, t('editor.edit'))}
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={15} stroke={1.8} />}
          disabled={!shape}
          onClick={() => {
            onChange(null);
            setMode('static');
          }}
        >
          {t('editor.remove')}
        </Button>
        {shape?.kind === 'circle' && (
          <NumberInput
            size="xs"
            w={120}
            ml="auto"
            aria-label={t('editor.radius-field')}
            min={5}
            max={100_000}
            suffix=" m"
            value={shape.radiusMeters}
            onChange={(value) => {
              const radiusMeters = Number(value);
              if (radiusMeters >= 5) onChange({ ...shape, radiusMeters });
            }}
          />
        )}
        {shape?.kind === 'polygon' && (
          <Text size="sm" c="dimmed" ml="auto" className="numeric">
            {t('editor.area', {
              area:
                area < 10_000
                  ? `${formats.number(Math.round(area))} m²`
                  : `${formats.number(Math.round(area / 1000) / 10)} ha`,
            })}
          </Text>
        )}
      </Group>
      <div style={{ height, borderRadius: 'var(--mantine-radius-md)', overflow: 'hidden' }}>
        <SiteMapContent
          label={t('editor.label')}
          center={center}
          plan={props.plan}
          geofences={others}
          initialFences={shape ? [{ name: '', shape }] : noFences}
          tileUrl={props.tileUrl}
        >
          <DrawingLayer shape={shape} mode={mode} onChange={onChange} onMode={setMode} />
        </SiteMapContent>
      </div>
      <Text size="sm" c="dimmed">
        {t(hints[mode])}
      </Text>
    </Stack>
  );
};
