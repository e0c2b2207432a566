import { emptyRawFix } from '../rules/fix.ts';
import { asRecord, fieldsOf, fromText, hardwareAddress } from './fields.ts';
import {
  type ClientRequest,
  type Decoded,
  decodedFix,
  ignoredPart,
  isEmpty,
  jsonBody,
  together,
  unusablePart,
} from './request.ts';

/**
 * Overland (iOS and its Android port): `{ locations: [GeoJSON Feature...], current?, trip? }`, up to 1,000 at a time.
 * `current` is one more position, sent ahead of a long queue. Features with an `action` or a `type` are diary entries
 * of the app; they repeat the last known place under the present time, so they are no fixes.
 */
export function decodeOverland(request: ClientRequest): Decoded {
  if (isEmpty(request)) {
    return ignoredPart;
  }
  const body = jsonBody(request);
  const record = asRecord(body);
  if (record === null) {
    return unusablePart(body === undefined ? 'The body is not JSON.' : 'The body is not a JSON object.', request.body);
  }
  const fields = fieldsOf(record);
  const features = [...fields.list('locations'), ...(fields.has('current') ? [record['current']] : [])];
  if (!Array.isArray(record['locations']) && fields.has('locations')) {
    return unusablePart('`locations` is not a list.', request.body);
  }
  return features.length === 0 ? ignoredPart : together(features, decodeFeature);
}

function decodeFeature(feature: unknown): Decoded {
  if (asRecord(feature) === null) {
    return unusablePart('A location is not a GeoJSON Feature.', feature);
  }
  const fields = fieldsOf(feature);
  const properties = fields.within('properties');
  const coordinates = fields.within('geometry').list('coordinates');
  if (properties.has('action', 'type') || coordinates.length === 0) {
    return ignoredPart;
  }
  const [longitude, latitude] = coordinates;
  const place = fieldsOf({ latitude, longitude });
  const altitudeAccuracyMeters = properties.known('vertical_accuracy');
  const hasAltitude = altitudeAccuracyMeters !== null || !properties.has('vertical_accuracy');
  const bssid = hardwareAddress(properties.text('bssid'));
  return decodedFix({
    ...emptyRawFix,
    fixedAtMs: fromText(properties.text('timestamp')),
    latitude: place.number('latitude'),
    longitude: place.number('longitude'),
    accuracyMeters: properties.known('horizontal_accuracy'),
    // On iOS a negative vertical accuracy says that the altitude means nothing.
    altitudeMeters: hasAltitude ? properties.number('altitude') : null,
    altitudeAccuracyMeters,
    speedMetersPerSecond: properties.known('speed'),
    headingDegrees: properties.known('course', 'heading'),
    batteryFraction: properties.known('battery_level'),
    isCharging: chargingOf(properties.text('battery_state')),
    activity:
      properties
        .list('motion')
        .find((motion) => typeof motion === 'string')
        ?.slice(0, 50) ?? null,
    wifiBssids: bssid === null ? [] : [bssid],
    deviceHint: properties.text('device_id', 'unique_id'),
  });
}

function chargingOf(state: string | null): boolean | null {
  return state === 'unplugged' ? false : state === 'charging' || state === 'full' ? true : null;
}
