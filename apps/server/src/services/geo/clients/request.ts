import type { RawFix } from '../rules/fix.ts';

/** What a phone app sent, as the HTTP server saw it. Header names are lower case. */
export type ClientRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Parameters;
  readonly headers: Parameters;
  readonly contentType: string;
  readonly body: Buffer;
};

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A phone app's own report of entering or leaving a region that was set up in the app. */
export type RegionTransition = {
  readonly direction: 'enter' | 'leave';
  readonly atMs: number | null;
  readonly regionName: string | null;
  readonly regionId: string | null;
};

/** A message, or a part of one, that cannot be understood: quarantined, and answered as a success (see reply.ts). */
export type Unusable = { readonly reason: string; readonly excerpt: string };

export type Decoded = {
  readonly fixes: readonly RawFix[];
  /** Parts that are understood and carry no position: heartbeats, cards, metadata, unknown types. */
  readonly ignored: number;
  readonly unusable: readonly Unusable[];
  readonly transitions: readonly RegionTransition[];
  /** When the member asked for help; null where the message does not say when. */
  readonly sos: readonly (number | null)[];
};

export const nothingFound: Decoded = { fixes: [], ignored: 0, unusable: [], transitions: [], sos: [] };

export const ignoredPart: Decoded = { ...nothingFound, ignored: 1 };

export function decodedFix(fix: RawFix, more: Partial<Decoded> = {}): Decoded {
  return { ...nothingFound, fixes: [fix], ...more };
}

export function unusablePart(reason: string, part: unknown): Decoded {
  return { ...nothingFound, unusable: [{ reason, excerpt: excerptOf(part) }] };
}

/** More than any app sends at once, and few enough to be looked at one by one. */
const maxParts = 20_000;
const maxUnusable = 100;

/** Everything that was found in the parts of a message. Of very many parts the last are put aside unread. */
export function together<Part>(parts: readonly Part[], decode: (part: Part) => Decoded): Decoded {
  const found = parts.slice(0, maxParts).map((part) => decode(part));
  const unusable = found.flatMap((part) => part.unusable);
  const unread = parts.length - found.length;
  const reasons = [
    ...unusable.slice(0, maxUnusable),
    ...(unusable.length > maxUnusable
      ? [{ reason: `${unusable.length - maxUnusable} more like these.`, excerpt: '' }]
      : []),
    ...(unread > 0 ? [{ reason: `${unread} more parts than can be read at once.`, excerpt: '' }] : []),
  ];
  return {
    fixes: found.flatMap((part) => part.fixes),
    ignored: found.reduce((sum, part) => sum + part.ignored, 0),
    unusable: reasons,
    transitions: found.flatMap((part) => part.transitions),
    sos: found.flatMap((part) => part.sos),
  };
}

const excerptLength = 300;

/** The beginning of what came, safe to store and to show: no control characters, no broken characters. */
function excerptOf(part: unknown): string {
  if (Buffer.isBuffer(part)) {
    return cleaned(part.subarray(0, excerptLength * 4).toString('utf8'), excerptLength);
  }
  try {
    return cleaned(typeof part === 'string' ? part : (JSON.stringify(part) ?? ''), excerptLength);
  } catch {
    return 'nested too deeply to be shown';
  }
}

/** Text from outside, cut to a length and without control or broken characters. */
export function cleaned(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim();
}

/** The body as JSON; undefined where it is none. A byte order mark is forgiven. */
export function jsonBody(request: ClientRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

export function isEmpty(request: ClientRequest): boolean {
  return request.body.toString('latin1', 0, 1000).trim() === '' && request.body.length < 1000;
}

/** Whether the body is meant to be JSON: apps do not always say so in the content type, nor truly. */
export function looksLikeJson(request: ClientRequest): boolean {
  return /^(\xEF\xBB\xBF)?\s*[{[]/.test(request.body.toString('latin1', 0, 1000));
}

const maxParameters = 200;

/** Query and form body in one, each name with all its values; names as `rename` writes them. */
export function parametersOf(request: ClientRequest, rename = (name: string) => name): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, value: string) => {
    const values = found.get(rename(name));
    if (values !== undefined) {
      values.push(value);
    } else if (found.size < maxParameters) {
      found.set(rename(name), [value]);
    }
  };
  for (const [name, value] of Object.entries(request.query)) {
    for (const one of value === undefined ? [] : [value].flat()) {
      add(name, String(one));
    }
  }
  if (!looksLikeJson(request)) {
    for (const [name, value] of new URLSearchParams(request.body.toString('utf8').trim())) {
      add(name, value);
    }
  }
  return found;
}

/** One header's value; the first where it was sent twice. */
export function headerOf(request: ClientRequest, name: string): string | null {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}
