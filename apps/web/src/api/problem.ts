import type { ProblemBody, ProblemCode } from '@muster/contracts';
import { problemCodes } from 'virtual:contract';

/** `offline`: nothing answered. `unreadable`: something answered that is not Muster (a captive portal, a proxy). */
export type ClientProblemCode = 'offline' | 'unreadable';

export interface ProblemParts {
  readonly code: ProblemCode | ClientProblemCode;
  readonly status: number;
  readonly title: string;
  readonly advice: string;
  readonly detail?: string | undefined;
  readonly requestId?: string | undefined;
  readonly fields?: readonly { readonly path: string; readonly message: string }[] | undefined;
  /** From `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** Members of the problem beyond the standard ones, for example `opensAt` of a closed window. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer that is not a success, or no answer at all. Compare `code`; show it with `ErrorNotice`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode | ClientProblemCode;
  readonly status: number;
  readonly title: string;
  readonly advice: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(parts: ProblemParts) {
    super(parts.detail ?? parts.title);
    this.code = parts.code;
    this.status = parts.status;
    this.title = parts.title;
    this.advice = parts.advice;
    this.detail = parts.detail;
    this.requestId = parts.requestId;
    this.fields = parts.fields ?? [];
    this.retryAfterSeconds = parts.retryAfterSeconds;
    this.extra = parts.extra ?? {};
  }

  /** Whether the same request may succeed a little later without anybody changing anything. */
  get isPassing(): boolean {
    return this.code === 'offline' || this.status === 429 || this.status >= 500;
  }
}

export const isProblem = (error: unknown, ...codes: ProblemParts['code'][]): error is ProblemError =>
  error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));

export const offlineProblem = (): ProblemError =>
  new ProblemError({
    code: 'offline',
    status: 0,
    title: 'Muster cannot be reached',
    advice: 'Check the connection; it is tried again when the network is back.',
  });

const isKnownCode = (code: unknown): code is ProblemCode => problemCodes.some((known) => known === code);

const retryAfterOf = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
};

/** Reads RFC 9457 from an answer; whatever is not a problem body becomes `unreadable` with its status. */
export const problemOf = async (response: Response): Promise<ProblemError> => {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'code' in body && isKnownCode(body.code)) {
    const {
      type: _type,
      status: _status,
      code,
      title,
      advice,
      detail,
      requestId,
      fields,
      ...extra
    } = body as ProblemBody;
    return new ProblemError({
      code,
      status: response.status,
      title,
      advice,
      detail,
      requestId,
      fields,
      retryAfterSeconds: retryAfterOf(response),
      extra,
    });
  }
  return new ProblemError({
    code: 'unreadable',
    status: response.status,
    title: 'The answer cannot be read',
    advice: 'Something between this device and Muster answered instead. Check the network, or sign in to it.',
    retryAfterSeconds: retryAfterOf(response),
  });
};
