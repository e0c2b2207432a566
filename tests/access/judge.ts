import { inflateRawSync } from 'node:zlib';
import type { Case, World } from './cases.ts';
import type { Person } from './organizations.ts';

/** What came of a case. */
export interface Outcome {
  readonly status: number;
  /** Of the problem, if it is one. */
  readonly code: string | null;
  readonly body: Buffer;
}

/** These prove something that a made-up request cannot: they answer that it is wrong. */
const provesSomething =
  /^(signIn|finish|begin|readPasswordLink|setPassword|refresh|stepUp|changePassword|scan|enter|exit|uploadImportFile|checkImport|accept|redeem|readRegistration|register|confirmDevice)/;

/** Null when what had to come of it came of it; otherwise a sentence. */
export const unexpectedIn = (one: Case, outcome: Outcome): string | null => {
  const why = complaintAbout(one, outcome);
  if (why === null) return null;
  const who = one.actor?.role ?? 'nobody';
  const what = one.field === null ? one.whose : `${one.whose} ${one.field}`;
  const text = outcome.body.toString('utf8', 0, 200);
  return `${one.route.operation} as ${who} (${what}): ${why}, got ${outcome.status} ${outcome.code ?? ''} ${text}`;
};

const complaintAbout = (one: Case, { status, code }: Outcome): string | null => {
  if (status >= 500) return 'a failure of ours';
  switch (one.expected) {
    case 'not-signed-in':
      return status === 401 ? null : 'wanted 401';
    case 'not-permitted':
      return status === 403 && code === 'not-permitted' ? null : 'wanted 403';
    case 'hidden':
      return isAsIfNothingWereThere(one, status) ? null : 'wanted an answer as if nothing were there';
    case 'allowed':
      return isAllowed(one, status, code) ? null : 'wanted it to be allowed';
  }
};

const isAllowed = ({ route, field }: Case, status: number, code: string | null): boolean => {
  if (provesSomething.test(route.operation)) return status !== 403;
  // It is signed by the member, or by a guardian of a minor; the sample is signed by neither.
  if (route.operation === 'enterPaperConsent') return status !== 401;
  if (status === 401 || code === 'not-permitted') return false;
  if (code === 'request-invalid') return false;
  // Somebody else may have removed it already.
  return status !== 404 || route.method !== 'GET' || field !== null;
};

const isAsIfNothingWereThere = ({ route, field }: Case, status: number): boolean => {
  const isInPath = (field === null && route.path.includes(':')) || (field !== null && route.path.includes(`:${field}`));
  if (isInPath) return status === 404 || status === 403;
  // A filter that fits nothing; what it must not show is looked for in what was answered.
  if (route.method === 'GET') return status < 500;
  return status >= 400 && status < 500;
};

/** The words that must not stand in anything this actor gets, asking for this. */
export const forbiddenTo = ({ near, far }: World, actor: Person | null, operation?: string): string[] => {
  if (actor === null) return [near.canary, far.canary];
  // Names of all organizations, for those who run them; of nobody in any.
  if (operation === 'listOrganizations' && actor.role.startsWith('platform_')) {
    return [near, far].flatMap(({ people: all }) => Object.values<Person>(all).map(({ canary }) => canary));
  }
  const { people } = near;
  const others = [people.stranger, people.heldStranger, people.lateStranger, people.otherParent];
  const classmates = [people.classmate, people.heldClassmate, people.lateClassmate];
  const canaries = (those: readonly Person[]) => those.map(({ canary }) => canary);
  switch (actor.role) {
    case 'supervisor':
      return [far.canary, ...canaries(others)];
    case 'guardian':
    case 'member':
      return [far.canary, ...canaries([...others, ...classmates])];
    default:
      return [far.canary];
  }
};

/** Those of the words that stand in it, packed or not. */
export const wordsIn = (bytes: Buffer, words: readonly string[]): string[] => {
  const texts = [bytes.toString('latin1'), ...unpacked(bytes)];
  return words.filter((word) => texts.some((text) => text.includes(word)));
};

const localFileHeader = 0x04034b50;

/** The files of a ZIP, XLSX included, as texts; APPNOTE.TXT 4.3.7 says how they begin. */
const unpacked = (bytes: Buffer): string[] => {
  const texts: string[] = [];
  for (let at = bytes.indexOf('PK\u0003\u0004', 0, 'latin1'); at >= 0 && at + 30 < bytes.length; ) {
    if (bytes.readUInt32LE(at) === localFileHeader && bytes.readUInt16LE(at + 8) === 8) {
      const begin = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
      try {
        // What follows the compressed data is left alone.
        texts.push(inflateRawSync(bytes.subarray(begin), { finishFlush: 2 }).toString('latin1'));
      } catch {
        // Not a file after all: the bytes themselves have been looked through.
      }
    }
    at = bytes.indexOf('PK\u0003\u0004', at + 4, 'latin1');
  }
  return texts;
};
