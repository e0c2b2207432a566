import { Map as MapLibreMap, Marker, NavigationControl, Popup, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { MapProps } from '@vis.gl/react-maplibre';

// Without this the bundled library looks for its worker beside itself and the map stays blank.
setWorkerUrl(workerUrl);

/** Only the parts that are used, so that the rest can be left out of the bundle. */
export const mapLib = { Map: MapLibreMap, Marker, Popup, NavigationControl, ScaleControl } as unknown as NonNullable<
  MapProps['mapLib']
>;
