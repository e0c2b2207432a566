import type { GeofenceShape } from '@muster/contracts';
import type { Feature, Polygon } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { type HexColor, TerraDraw, TerraDrawCircleMode, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { featureOfShape, shapeOfFeature } from './drawn-shape.ts';

export type DrawingMode = 'circle' | 'polygon' | 'select' | 'static';

interface DrawingOptions {
  readonly color: string;
  readonly surface: string;
  onChange(shape: GeofenceShape | null): void;
  /** A shape was finished; it can be edited now. */
  onFinish(): void;
}

const modesOf = (color: HexColor, surface: HexColor) => {
  const area = { fillColor: color, fillOpacity: 0.08, outlineColor: color, outlineWidth: 2 };
  return [
    new TerraDrawCircleMode({ styles: area }),
    new TerraDrawPolygonMode({
      styles: { ...area, closingPointColor: surface, closingPointOutlineColor: color, closingPointOutlineWidth: 2 },
    }),
    new TerraDrawSelectMode({
      flags: {
        // A circle has one handle for its radius, drawn by the editor; 64 corners to drag would only confuse.
        circle: { feature: { draggable: true } },
        polygon: {
          feature: { draggable: true, coordinates: { draggable: true, deletable: true, midpoints: true } },
        },
      },
      styles: {
        selectedPolygonColor: color,
        selectedPolygonFillOpacity: 0.14,
        selectedPolygonOutlineColor: color,
        selectedPolygonOutlineWidth: 2,
        selectionPointColor: surface,
        selectionPointOutlineColor: color,
        selectionPointOutlineWidth: 2,
        selectionPointWidth: 6,
        midPointColor: color,
        midPointWidth: 4,
      },
    }),
  ];
};

/** One geofence under the pointer: at most one shape exists at a time. */
export const createDrawing = (map: MapLibreMap, options: DrawingOptions) => {
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: modesOf(options.color as HexColor, options.surface as HexColor),
  });
  const shapes = () =>
    draw.getSnapshot().filter(({ geometry, properties }) => geometry.type === 'Polygon' && !properties.midPoint);
  const tell = () => {
    const shape = shapes().at(-1);
    options.onChange(shape ? shapeOfFeature(shape as Feature<Polygon>) : null);
  };
  let isMapGone = false;
  map.once('remove', () => {
    isMapGone = true;
  });
  draw.start();
  draw.on('finish', (id, { action }) => {
    if (action === 'draw') {
      const others = shapes().flatMap((shape) => (shape.id === id || shape.id === undefined ? [] : [shape.id]));
      draw.removeFeatures(others);
      options.onFinish();
      draw.setMode('select');
      draw.selectFeature(id);
    }
    tell();
  });
  return {
    setMode: (mode: DrawingMode) => {
      draw.setMode(mode);
      const id = shapes().at(-1)?.id;
      if (mode === 'select' && id !== undefined) draw.selectFeature(id);
    },
    show: (shape: GeofenceShape | null) => {
      draw.clear();
      const feature = shape && featureOfShape(shape);
      if (!feature) return;
      const [added] = draw.addFeatures([feature]);
      if (draw.getMode() === 'select' && added?.id !== undefined) draw.selectFeature(added.id);
    },
    remove: () => {
      // When the whole page goes, the map may go first; what was drawn on it went with it.
      if (!isMapGone) draw.stop();
    },
  };
};
export type Drawing = ReturnType<typeof createDrawing>;
