import { type Place, placesOf } from './country-places.ts';

/** What is known of a sign-in and of those before it, of the same user. Instants in epoch milliseconds. */
export interface SignInSeen {
  readonly nowMs: number;
  /** ISO 3166, by the network address; null when that tells nothing. */
  readonly country: string | null;
  /** Earlier sign-ins, in any order. */
  readonly earlier: readonly { readonly country: string | null; readonly atMs: number }[];
  /** Different users who signed in on this device within a day, this one included. */
  readonly accountsOnDevice: number;
  /** This user has never signed in on this device before. */
  readonly isNewOnDevice: boolean;
}

export interface SignInAnomaly {
  readonly kind: 'new-country' | 'impossible-travel' | 'many-accounts';
  readonly sentence: string;
  readonly innocentExplanations: readonly string[];
}

/** A family shares a tablet: two parents and a child. */
export const accountsExpected = 3;
/** Airliners, with the time it takes to get to them. */
const fastestKilometersPerHour = 900;
/** The places that stand for a country may be so far from where in it somebody was. */
const slackKilometers = 1000;
const hourMs = 60 * 60_000;
const earthRadiusKilometers = 6371;

const networkExplanations = [
  'A VPN, or a mobile network whose addresses belong to another country.',
  'The list of which address belongs to which country is not always right.',
];

/** What about this sign-in its user should hear of. Evidence: each has innocent explanations, and refuses nothing. */
export const signInAnomalies = (seen: SignInSeen): SignInAnomaly[] =>
  [newCountry(seen), impossibleTravel(seen), manyAccounts(seen)].filter((anomaly) => anomaly !== null);

const newCountry = ({ country, earlier }: SignInSeen): SignInAnomaly | null => {
  const known = new Set(earlier.map((each) => each.country).filter((each) => each !== null));
  if (country === null || known.size === 0 || known.has(country)) return null;
  const before = [...known].map(nameOf).sort().slice(0, 3).join(', ');
  return {
    kind: 'new-country',
    sentence: `Signed in from ${nameOf(country)}, where this account was never used before (so far: ${before}).`,
    innocentExplanations: ['A journey.', ...networkExplanations],
  };
};

const impossibleTravel = ({ nowMs, country, earlier }: SignInSeen): SignInAnomaly | null => {
  const last = earlier
    .filter((each) => each.country !== null && each.atMs <= nowMs)
    .reduce<SignInSeen['earlier'][number] | null>(
      (latest, each) => (latest && latest.atMs > each.atMs ? latest : each),
      null,
    );
  if (country === null || last === null || last.country === null || last.country === country) return null;
  const kilometers = distanceBetween(last.country, country) - slackKilometers;
  const hours = (nowMs - last.atMs) / hourMs;
  if (kilometers <= fastestKilometersPerHour * hours) return null;
  const since = hours < 1 ? `${Math.max(1, Math.round(hours * 60))} minutes` : `${Math.round(hours)} hours`;
  return {
    kind: 'impossible-travel',
    sentence: `Signed in from ${nameOf(country)} ${since} after a sign-in from ${nameOf(last.country)}, at least ${Math.round(kilometers / 100) * 100} km away.`,
    innocentExplanations: networkExplanations,
  };
};

const manyAccounts = ({ accountsOnDevice, isNewOnDevice }: SignInSeen): SignInAnomaly | null => {
  if (!isNewOnDevice || accountsOnDevice <= accountsExpected) return null;
  return {
    kind: 'many-accounts',
    sentence: `${accountsOnDevice} accounts signed in on one device within a day.`,
    innocentExplanations: ['A shared computer, in a library or an office.', 'A phone that was lent.'],
  };
};

/** The shortest way between any two of the places that stand for the countries; 0 when one is not known. */
const distanceBetween = (one: string, other: string): number => {
  const distances = placesOf(one).flatMap((from) => placesOf(other).map((to) => kilometersBetween(from, to)));
  return distances.length === 0 ? 0 : Math.min(...distances);
};

/** Great circle, by the haversine formula. */
const kilometersBetween = (from: Place, to: Place): number => {
  const [fromLatitude, toLatitude] = [radians(from.latitude), radians(to.latitude)];
  const latitudes = Math.sin((toLatitude - fromLatitude) / 2) ** 2;
  const longitudes = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const part = latitudes + Math.cos(fromLatitude) * Math.cos(toLatitude) * longitudes;
  return 2 * earthRadiusKilometers * Math.asin(Math.min(1, Math.sqrt(part)));
};
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
const nameOf = (country: string): string => names.of(country) ?? country;
