import { emptyRawFix } from '../rules/fix.ts';
import {
  asRecord,
  type Fields,
  fieldsOf,
  fieldsOfParameters,
  fromPercent,
  fromSeconds,
  fromText,
  kilometersPerHourToMetersPerSecond,
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
 * GPSLogger for Android, "log to custom URL": whatever template the member typed, as query, form or JSON. Names are
 * those that `%ALL` expands to (`lat=..&lon=..&acc=..&` in lower case) and the usual spellings of hand-made templates,
 * in any case. A request without any position, such as the app's own connection test, is fine.
 */
export function decodeGpsLogger(request: ClientRequest): Decoded {
  if (!looksLikeJson(request)) {
    return decodePoint(fieldsOfParameters(parametersOf(request, (name) => name.toLowerCase())));
  }
  const body = jsonBody(request);
  return body === undefined
    ? unusablePart('The body is not JSON: check the body template in the app.', request.body)
    : together([body].flat(), decodeObject);
}

function decodeObject(message: unknown): Decoded {
  const record = asRecord(message);
  return record === null
    ? unusablePart('The message is not a JSON object.', message)
    : decodePoint(
        fieldsOf(Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]))),
      );
}

function decodePoint(fields: Fields): Decoded {
  const latitudeNames = ['lat', 'latitude'];
  const longitudeNames = ['lon', 'lng', 'long', 'longitude'];
  if (!fields.has(...latitudeNames, ...longitudeNames)) {
    return ignoredPart;
  }
  return decodedFix({
    ...emptyRawFix,
    fixedAtMs: timeOf(fields),
    latitude: fields.number(...latitudeNames),
    longitude: fields.number(...longitudeNames),
    // The app writes 0.0 for an accuracy it does not have.
    accuracyMeters: positive(fields.known('acc', 'accuracy')),
    altitudeMeters: fields.number('alt', 'altitude'),
    speedMetersPerSecond:
      fields.known('spd', 'speed') ?? scaled(fields.known('spd_kph', 'speed_kph'), kilometersPerHourToMetersPerSecond),
    headingDegrees: fields.known('dir', 'bearing', 'heading', 'direction'),
    batteryFraction: fromPercent(fields.known('batt', 'battery')),
    isCharging: fields.flag('ischarging'),
    activity: fields.text('act', 'activity'),
    deviceHint: fields.text('ser', 'aid', 'profile'),
  });
}

/** `timestamp` in seconds, or one of the text forms: `time` in UTC, `timeoffset` with the phone's zone. */
function timeOf(fields: Fields): number | null {
  const seconds = fields.number('timestamp', 'ts');
  if (seconds !== null && Number.isFinite(seconds)) {
    return fromSeconds(seconds);
  }
  return fromText(fields.text('time', 'timeoffset', 'timestamp', 'ts'));
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}
