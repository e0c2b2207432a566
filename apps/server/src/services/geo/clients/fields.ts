import { parseInstant } from '../rules/instant.ts';
import { cleaned } from './request.ts';

/**
 * Named values of one message, whatever they were written in. Of several names the first that is present counts.
 * Absent, null and empty are null. A number that cannot be read is NaN, which `acceptFix` puts aside or drops.
 */
export type Fields = {
  has(...names: string[]): boolean;
  number(...names: string[]): number | null;
  /** A number that means "not known" when it is negative. */
  known(...names: string[]): number | null;
  text(...names: string[]): string | null;
  flag(...names: string[]): boolean | null;
  /** Objects within: never null, just without fields. */
  within(name: string): Fields;
  list(name: string): readonly unknown[];
};

/** The fields of a JSON object; of anything else, no fields. Only own properties are ever looked at. */
export function fieldsOf(value: unknown): Fields {
  const record = asRecord(value);
  return fieldsFrom((name) => (record !== null && Object.hasOwn(record, name) ? record[name] : undefined));
}

/** The fields of query or form parameters; of a name that was sent twice the last counts, as in Traccar. */
export function fieldsOfParameters(parameters: ReadonlyMap<string, readonly string[]>): Fields {
  return fieldsFrom((name) => parameters.get(name)?.at(-1));
}

/** A JSON object, or null for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function fieldsFrom(lookUp: (name: string) => unknown): Fields {
  const find = (names: readonly string[]): unknown => {
    for (const name of names) {
      const value = lookUp(name);
      if (value !== undefined && value !== null && value !== '') {
        return value;
      }
    }
    return null;
  };
  const number = (names: readonly string[]) => toNumber(find(names));
  return {
    has: (...names) => find(names) !== null,
    number: (...names) => number(names),
    known: (...names) => {
      const value = number(names);
      return value !== null && value < 0 ? null : value;
    },
    text: (...names) => toText(find(names)),
    flag: (...names) => toFlag(find(names)),
    within: (name) => fieldsOf(lookUp(name)),
    list: (name) => {
      const value = lookUp(name);
      return Array.isArray(value) ? (value as unknown[]) : [];
    },
  };
}

const numeral = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function toNumber(value: unknown): number | null {
  if (value === null || typeof value === 'number') {
    return value;
  }
  return typeof value === 'string' && value.length < 100 && numeral.test(value.trim()) ? Number(value) : Number.NaN;
}

function toText(value: unknown): string | null {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' ? cleaned(text, 200) || null : null;
}

function toFlag(value: unknown): boolean | null {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case true:
    case 'true':
    case 1:
    case '1':
      return true;
    case false:
    case 'false':
    case 0:
    case '0':
      return false;
    default:
      return null;
  }
}

/** A count of seconds as epoch milliseconds; a fraction of a second is kept. */
export function fromSeconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1000);
}

/** Percent as a fraction. */
export function fromPercent(percent: number | null): number | null {
  return percent === null ? null : percent / 100;
}

/** A text instant, or null where there is none; NaN where it cannot be read. */
export function fromText(text: string | null): number | null {
  return text === null ? null : parseInstant(text);
}

export const knotsToMetersPerSecond = 1852 / 3600;
export const kilometersPerHourToMetersPerSecond = 1 / 3.6;

export function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

/** `aa:bb:cc:dd:ee:ff`, or null for what is no hardware address. */
export function hardwareAddress(text: string | null): string | null {
  const digits = (text ?? '').trim().toLowerCase().replaceAll('-', ':');
  return /^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/.test(digits)
    ? digits
        .split(':')
        .map((part) => part.padStart(2, '0'))
        .join(':')
    : null;
}
