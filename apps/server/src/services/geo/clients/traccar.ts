import { emptyRawFix, type RawFix } from '../rules/fix.ts';
import {
  asRecord,
  type Fields,
  fieldsOf,
  fieldsOfParameters,
  fromPercent,
  fromText,
  hardwareAddress,
  knotsToMetersPerSecond,
  scaled,
} from './fields.ts';
import {
  type ClientRequest,
  type Decoded,
  decodedFix,
  ignoredPart,
  jsonBody,
  looksLikeJson,
  parametersOf,
  together,
  unusablePart,
} from './request.ts';

/**
 * Traccar Client in all the shapes that are in the field, told apart by what comes:
 * - up to 8: GET or POST with everything in the query, speed in knots;
 * - 9 and later: a JSON object with `location` (speed in m/s, -1 for not known, no `coords` in a heartbeat);
 * - the newer library: the query's names in a form body, or several of them as a JSON array; speed in knots again.
 * The OsmAnd app speaks the first shape with speeds in m/s, so the unit can be given.
 */
export function decodeTraccar(request: ClientRequest, speedUnit: 'knots' | 'm/s' = 'knots'): Decoded {
  const metersPerSecond = speedUnit === 'knots' ? knotsToMetersPerSecond : 1;
  if (looksLikeJson(request)) {
    const body = jsonBody(request);
    return body === undefined
      ? unusablePart('The body is not JSON.', request.body)
      : together([body].flat(), (message) => decodeJson(message, metersPerSecond));
  }
  const parameters = parametersOf(request);
  return decodeFlat(fieldsOfParameters(parameters), metersPerSecond, {
    bssids: (parameters.get('wifi') ?? []).map((wifi) => wifi.split(',')[0] ?? ''),
    cell: parameters.get('cell')?.[0],
  });
}

function decodeJson(message: unknown, metersPerSecond: number): Decoded {
  const record = asRecord(message);
  if (record === null) {
    return unusablePart('The message is not a JSON object.', message);
  }
  const fields = fieldsOf(record);
  if (!fields.has('location') || typeof record['location'] === 'string') {
    return decodeFlat(fields, metersPerSecond, { bssids: [], cell: undefined });
  }
  const locations = [record['location']].flat();
  return together(locations, (location) => decodeLocation(fieldsOf(location), fields.text('device_id', 'id')));
}

/** The JSON shape of version 9: `location` with `coords`, `battery` and `activity` within. */
function decodeLocation(location: Fields, deviceHint: string | null): Decoded {
  const coords = location.within('coords');
  const battery = location.within('battery');
  const fixedAtMs = timeOf(location);
  const sos = (location.text('alarm') ?? location.within('extras').text('alarm')) === 'sos' ? [fixedAtMs] : [];
  if (!coords.has('latitude', 'longitude')) {
    return { ...ignoredPart, sos };
  }
  return decodedFix(
    {
      ...emptyRawFix,
      fixedAtMs,
      latitude: coords.number('latitude'),
      longitude: coords.number('longitude'),
      accuracyMeters: coords.known('accuracy'),
      altitudeMeters: coords.number('altitude'),
      speedMetersPerSecond: coords.known('speed'),
      headingDegrees: coords.known('heading'),
      batteryFraction: battery.known('level'),
      isCharging: battery.flag('is_charging'),
      mock: location.flag('mock'),
      isMoving: location.flag('is_moving'),
      activity: location.within('activity').text('type'),
      deviceHint,
    },
    { sos },
  );
}

/** The names of the query, in a form or in flat JSON too. */
function decodeFlat(
  fields: Fields,
  metersPerSecond: number,
  radio: { bssids: readonly string[]; cell: string | undefined },
): Decoded {
  const fixedAtMs = timeOf(fields);
  const sos = fields.text('alarm') === 'sos' ? [fixedAtMs] : [];
  const [latitude, longitude] = placeOf(fields);
  if (latitude === null && longitude === null) {
    return { ...ignoredPart, sos };
  }
  if (fields.flag('valid') === false) {
    return { ...unusablePart('The app says itself that the position is not valid.', null), sos };
  }
  const fix: RawFix = {
    ...emptyRawFix,
    fixedAtMs,
    latitude,
    longitude,
    accuracyMeters: fields.known('accuracy'),
    altitudeMeters: fields.number('altitude'),
    speedMetersPerSecond: scaled(fields.known('speed'), metersPerSecond),
    headingDegrees: fields.known('bearing', 'heading'),
    batteryFraction: fromPercent(fields.known('batt')),
    isCharging: fields.flag('charge'),
    mock: fields.flag('mock'),
    wifiBssids: radio.bssids
      .map(hardwareAddress)
      .filter((bssid) => bssid !== null)
      .slice(0, 10),
    mobileCountryCode: countryCodeOf(radio.cell),
    deviceHint: fields.text('id', 'deviceid'),
  };
  return decodedFix(fix, { sos });
}

/** `lat` and `lon`, or `location=lat,lon`. */
function placeOf(fields: Fields): [latitude: number | null, longitude: number | null] {
  if (fields.has('lat', 'lon')) {
    return [fields.number('lat'), fields.number('lon')];
  }
  const pair = fields.text('location')?.split(',');
  if (pair === undefined) {
    return [null, null];
  }
  const place = fieldsOf({ latitude: pair[0], longitude: pair[1] });
  return [place.number('latitude') ?? Number.NaN, place.number('longitude') ?? Number.NaN];
}

/** Seconds (below 2^31) or milliseconds since 1970, or a text instant, as the Traccar server understands it. */
function timeOf(fields: Fields): number | null {
  const value = fields.number('timestamp');
  if (value === null || Number.isFinite(value)) {
    return value === null ? null : Math.round(value < 2 ** 31 ? value * 1000 : value);
  }
  return fromText(fields.text('timestamp')) ?? Number.NaN;
}

/** The country in `mcc,mnc,lac,cid[,rssi]`. */
function countryCodeOf(cell: string | undefined): number | null {
  const code = cell?.split(',')[0]?.trim() ?? '';
  return /^\d{3}$/.test(code) ? Number(code) : null;
}
