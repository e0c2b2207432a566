import { emptyRawFix, type RawFix } from '../rules/fix.ts';
import {
  asRecord,
  type Fields,
  fieldsOf,
  fromPercent,
  fromSeconds,
  hardwareAddress,
  kilometersPerHourToMetersPerSecond,
  scaled,
} from './fields.ts';
import {
  type ClientRequest,
  type Decoded,
  decodedFix,
  ignoredPart,
  isEmpty,
  jsonBody,
  nothingFound,
  together,
  unusablePart,
} from './request.ts';

/**
 * OwnTracks (Android, iOS) in HTTP mode: one JSON object per request, its kind in `_type` (documented in the OwnTracks
 * booklet, tech/json). The app leaves out accuracy, altitude, course and speed when they are zero, so what is absent is
 * not known. Some kinds come with an empty body.
 */
export function decodeOwnTracks(request: ClientRequest): Decoded {
  if (isEmpty(request)) {
    return ignoredPart;
  }
  const body = jsonBody(request);
  if (body === undefined) {
    return unusablePart('The body is not JSON.', request.body);
  }
  return Array.isArray(body) ? together(body, decodeMessage) : decodeMessage(body);
}

function decodeMessage(message: unknown): Decoded {
  if (asRecord(message) === null) {
    return unusablePart('The message is not a JSON object.', message);
  }
  const fields = fieldsOf(message);
  switch (fields.text('_type')) {
    case 'location':
      return decodedFix(toFix(fields));
    case 'transition':
      return decodeTransition(fields, message);
    case 'encrypted':
      return unusablePart('The message is encrypted: clear the encryption key in the app.', message);
    default:
      return ignoredPart;
  }
}

function decodeTransition(fields: Fields, message: unknown): Decoded {
  const direction = fields.text('event');
  if (direction !== 'enter' && direction !== 'leave') {
    return unusablePart('The transition is neither into nor out of a region.', message);
  }
  const atMs = fromSeconds(fields.number('tst'));
  const transition = { direction, atMs, regionName: fields.text('desc'), regionId: fields.text('rid') } as const;
  const found: Decoded = { ...nothingFound, transitions: [transition] };
  return fields.has('lat', 'lon') ? { ...found, fixes: [toFix(fields)] } : found;
}

function toFix(fields: Fields): RawFix {
  const bssid = hardwareAddress(fields.text('BSSID'));
  return {
    ...emptyRawFix,
    fixedAtMs: fromSeconds(fields.number('tst')),
    sentAtMs: fromSeconds(fields.number('created_at')),
    latitude: fields.number('lat'),
    longitude: fields.number('lon'),
    accuracyMeters: fields.known('acc'),
    altitudeMeters: fields.number('alt'),
    altitudeAccuracyMeters: fields.known('vac'),
    speedMetersPerSecond: scaled(fields.known('vel'), kilometersPerHourToMetersPerSecond),
    headingDegrees: fields.known('cog'),
    batteryFraction: fromPercent(fields.known('batt')),
    isCharging: chargingOf(fields.number('bs')),
    // A ping repeats the last position under the present time.
    isPing: fields.text('t') === 'p',
    activity:
      fields
        .list('motionactivities')
        .find((activity) => typeof activity === 'string')
        ?.slice(0, 50) ?? null,
    wifiBssids: bssid === null ? [] : [bssid],
    deviceHint: fields.text('tid') ?? fields.text('topic'),
  };
}

/** Battery state: 1 unplugged, 2 charging, 3 full. */
function chargingOf(state: number | null): boolean | null {
  return state === 1 ? false : state === 2 || state === 3 ? true : null;
}
