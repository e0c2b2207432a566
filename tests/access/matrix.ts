import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Case, casesOf, type World } from './cases.ts';
import { forbiddenTo, type Outcome, unexpectedIn, wordsIn } from './judge.ts';
import type { Person, SignedIn } from './organizations.ts';
import { sampleOf } from './samples.ts';

export interface Findings {
  operations: number;
  cases: number;
  readonly unexpected: string[];
  readonly leaks: string[];
}

/** After these, somebody is signed out or something is gone: they come last. */
const farReaching =
  /^(signOut|end|remove|revoke|discard|unlink|reset|change|replace|deactivate|erase|withdraw|suspend|makePasswordLink|retry|replay)/;

/** What asks and refuses first, then what reads, then what writes, then what ends something. */
const rankOf = ({ route, expected }: Case): number => {
  if (expected !== 'allowed') return 0;
  if (route.method === 'GET') return 1;
  return farReaching.test(route.operation) ? 3 : 2;
};

export const callEverything = async (
  world: World,
  signedIn: SignedIn,
  url: string,
  findings: Findings,
  operations?: readonly string[],
): Promise<void> => {
  const all = casesOf(world).filter(({ route }) => operations?.includes(route.operation) ?? true);
  const cases = all.sort((one, other) => rankOf(one) - rankOf(other));
  findings.operations = new Set(cases.map(({ route }) => route.operation)).size;
  findings.cases += cases.length;
  for (const one of cases) {
    const outcome = await outcomeOf(one, world, signedIn, url);
    const unexpected = unexpectedIn(one, outcome);
    if (unexpected !== null) findings.unexpected.push(unexpected);
    for (const word of wordsIn(outcome.body, forbiddenTo(world, one.actor, one.route.operation))) {
      findings.leaks.push(`${one.route.operation} showed ${word} to ${one.actor?.role ?? 'nobody'}`);
    }
  }
};

const outcomeOf = async (one: Case, world: World, signedIn: SignedIn, url: string): Promise<Outcome> => {
  const first = await ask(one, world, signedIn, url);
  // A case before this one has signed them out.
  if (first.status !== 401 || one.actor === null || one.expected === 'not-signed-in') return first;
  signedIn.forget(one.actor);
  return ask(one, world, signedIn, url);
};

const ask = async (one: Case, world: World, signedIn: SignedIn, url: string): Promise<Outcome> => {
  const { route, actor } = one;
  const { params, query: filters, body } = sampleOf(route, one.idOf);
  const query = one.isWhole ? {} : filters;
  const given = params as Readonly<Record<string, string>>;
  const path = route.path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(given[name] ?? ''));
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  const isUpload = route.operation === 'uploadImportFile';
  const response = await fetch(`${url}${path}${search === '' ? '' : `?${search}`}`, {
    method: route.method,
    headers: {
      ...(actor === null ? {} : { authorization: `Bearer ${(await signedIn.as(actor)).accessToken}` }),
      ...(actor !== null && world.platform.includes(actor) ? { 'muster-organization': world.near.orgId } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(isUpload ? { 'content-type': 'application/octet-stream' } : {}),
      // Whoever may change it is told that it has changed meanwhile; whoever may not see it, that nothing is there.
      ...(route.method === 'GET' ? {} : { 'if-match': '"before"' }),
      ...(route.idempotency === 'key' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(isUpload ? { body: 'number,name\n' } : {}),
    redirect: 'manual',
    signal: AbortSignal.timeout(60_000),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, code: codeOf(response, bytes), body: bytes };
};

const codeOf = (response: Response, body: Buffer): string | null => {
  if (response.headers.get('content-type')?.startsWith('application/problem+json') !== true) return null;
  return (JSON.parse(body.toString('utf8')) as { code: string }).code;
};

/** Nobody's name belongs in a log; a file of one organization holds no word of another. */
export const lookThroughFiles = async ({ near, far }: World, dataFolder: string, leaks: string[]): Promise<void> => {
  for (const folder of ['logs', 'objects']) {
    const files = await readdir(join(dataFolder, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const file of files.filter((each) => each.isFile())) {
      const path = join(file.parentPath, file.name);
      const foreign = (bytes: Buffer): string[] => {
        if (folder === 'logs') return wordsIn(bytes, namesOf([near, far]));
        if (path.includes(near.orgId)) return wordsIn(bytes, [far.canary]);
        return path.includes(far.orgId) ? wordsIn(bytes, [near.canary]) : [];
      };
      for (const word of foreign(await readFile(path))) leaks.push(`${folder}/${file.name} holds ${word}`);
    }
  }
};

const namesOf = (organizations: readonly World['near'][]): string[] =>
  organizations.flatMap(({ people }) => Object.values<Person>(people).map(({ canary }) => `${canary} Person`));
