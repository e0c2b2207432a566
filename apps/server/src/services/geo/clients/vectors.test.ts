import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyRawFix } from '../rules/fix.ts';
import { type ClientName, type ClientRequest, clientFormats, type RegionTransition } from './index.ts';

/** What each app sends, and what it means in SI units; `vectors/*.json`. What is not named is not known. */
type Vector = {
  name: string;
  request: Partial<Omit<ClientRequest, 'body'>> & { body: string };
  expected: {
    /** Numbers, null, or "NaN" for what cannot be read. */
    fixes: Record<string, unknown>[];
    ignored: number;
    unusable: number;
    transitions: RegionTransition[];
    sos: number[];
  };
};

const clients = Object.keys(clientFormats) as ClientName[];

function vectorsOf(client: ClientName): Vector[] {
  return JSON.parse(readFileSync(new URL(`vectors/${client}.json`, import.meta.url), 'utf8')) as Vector[];
}

function requestOf({ request }: Vector, client: ClientName): ClientRequest {
  return {
    method: 'POST',
    path: `/clients/${client}/secret`,
    query: {},
    headers: {},
    contentType: '',
    ...request,
    body: Buffer.from(request.body),
  };
}

/** Numbers to nine digits: 36 km/h is 10 m/s whichever way it is divided. */
function comparable(fix: object): object {
  return Object.fromEntries(
    Object.entries(fix).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isNaN(value)
        ? Number(value.toPrecision(14))
        : value === 'NaN'
          ? Number.NaN
          : value,
    ]),
  );
}

describe.each(clients)('%s', (client) => {
  const vectors = vectorsOf(client);

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const decoded = clientFormats[client].decode(requestOf(vector, client));
    const expected = vector.expected.fixes.map((fix) => comparable({ ...emptyRawFix, ...fix }));
    expect(decoded.fixes.map(comparable)).toEqual(expected);
    expect({ ...decoded, fixes: [], unusable: decoded.unusable.length }).toEqual({ ...vector.expected, fixes: [] });
  });

  it('has enough of them', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(20);
  });

  it('never hands on a -1', () => {
    const found = vectors.flatMap((vector) => clientFormats[client].decode(requestOf(vector, client)).fixes);
    expect(found.flatMap((fix) => Object.values(fix))).not.toContain(-1);
  });
});
