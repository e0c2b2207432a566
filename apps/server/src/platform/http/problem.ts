import { type ProblemBody, type ProblemCode, problemCatalogue } from '@muster/contracts';

/** Anything about this occurrence that helps the reader; extra members go into the answer as they are. */
export interface ProblemDetails {
  /** One sentence about this very case. */
  readonly detail?: string;
  readonly fields?: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A refusal that the caller can understand; the only kind of error that services throw on purpose. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? problemCatalogue[code].title);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return problemCatalogue[this.code].status;
  }

  /** As RFC 9457 wants it. */
  toBody(requestId?: string): ProblemBody {
    const { title, status, advice } = problemCatalogue[this.code];
    const { detail, fields, extra } = this.details;
    return {
      ...extra,
      type: `/problems/${this.code}`,
      title,
      status,
      code: this.code,
      advice,
      ...(detail === undefined ? {} : { detail }),
      ...(fields === undefined ? {} : { fields: [...fields] }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }
}

export const problem = (code: ProblemCode, details?: ProblemDetails): Problem => new Problem(code, details);
