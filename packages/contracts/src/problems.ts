import { z } from 'zod';

/**
 * Every problem an answer can carry (RFC 9457), in one catalogue. `code` is stable and is what programs compare;
 * `title` and `advice` are for people: what happened, and what to do next.
 */
export const problemCatalogue = {
  'request-invalid': {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in `fields`.',
  },
  'body-malformed': { status: 400, title: 'The body cannot be read', advice: 'Send well-formed JSON in UTF-8.' },
  'idempotency-key-missing': {
    status: 400,
    title: 'The Idempotency-Key header is missing',
    advice: 'Send a fresh unique key with every new write, and the same key with a repeat.',
  },
  'not-signed-in': { status: 401, title: 'Nobody is signed in', advice: 'Sign in and send the access token.' },
  'sign-in-refused': {
    status: 401,
    title: 'The sign-in was refused',
    advice: 'Check the identifier and the password. After several wrong tries, wait a few minutes.',
  },
  'second-factor-needed': {
    status: 401,
    title: 'One more step is needed to sign in',
    advice: 'Go on as `step` says, with its `challenge`.',
  },
  'session-ended': { status: 401, title: 'The session has ended', advice: 'Sign in again.' },
  'not-permitted': { status: 403, title: 'This is not permitted', advice: 'Ask an administrator for the permission.' },
  'step-up-required': {
    status: 403,
    title: 'Show once more that it is you',
    advice: 'Give your password, a code or your passkey, then repeat the request.',
  },
  'not-found': { status: 404, title: 'Nothing is there', advice: 'Check the address.' },
  'method-not-allowed': { status: 405, title: 'This method is not offered here', advice: 'See the API description.' },
  conflict: { status: 409, title: 'Someone was faster', advice: 'Load the current state and try again.' },
  'still-running': {
    status: 409,
    title: 'The same request is still being worked on',
    advice: 'Wait for its answer before you repeat it.',
  },
  'changed-meanwhile': {
    status: 412,
    title: 'It was changed by someone else meanwhile',
    advice: 'Load it again, look at the change, and save once more.',
  },
  'body-too-large': { status: 413, title: 'The body is too large', advice: 'Send it in smaller parts.' },
  'media-type-unsupported': {
    status: 415,
    title: 'This content type is not understood',
    advice: 'Send application/json.',
  },
  'version-missing': {
    status: 428,
    title: 'The If-Match header is missing',
    advice: 'Load what you want to change, and send the ETag of the answer as If-Match.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    advice: 'Use a fresh key for a new request.',
  },
  'code-malformed': { status: 422, title: 'This is not a gate code', advice: 'Scan the code at the gate.' },
  'code-foreign': {
    status: 422,
    title: 'This code belongs to no gate here',
    advice: 'Scan the code at your own gate.',
  },
  'code-stale': { status: 422, title: 'This code is too old', advice: 'Scan the code that the gate shows now.' },
  'code-revoked': { status: 422, title: 'This printed code was revoked', advice: 'Ask the office for the new code.' },
  'nonce-unknown': {
    status: 422,
    title: 'The scan is no longer valid',
    advice: 'Scan the code again; a scan is valid for five minutes, for one account on one device.',
  },
  'window-not-open': { status: 422, title: 'It is too early', advice: 'Come back when the window opens.' },
  'window-closed': { status: 422, title: 'It is too late', advice: 'Ask a supervisor.' },
  'no-schedule': {
    status: 422,
    title: 'Nothing is planned for you today',
    advice: 'Ask the office about the schedule.',
  },
  'reason-required': { status: 422, title: 'A reason is required', advice: 'Say why, in a few words.' },
  'already-entered': { status: 422, title: 'You have entered already', advice: 'Choose EXIT when you leave.' },
  'already-exited': { status: 422, title: 'You have left already', advice: 'One ENTER and one EXIT count each day.' },
  'not-entered': { status: 422, title: 'There is no ENTER today', advice: 'Scan and choose ENTER first.' },
  'device-foreign': {
    status: 422,
    title: "This is another member's device",
    advice: 'Use your own phone, or ask a supervisor to mark you.',
  },
  'device-proof-refused': {
    status: 422,
    title: 'This device could not show that it is the one it says it is',
    advice: 'Sign in again there. A device that has lost its key counts as a new one, which a supervisor approves.',
  },
  'device-not-approvable': {
    status: 422,
    title: 'This device cannot be approved',
    advice: 'See the detail.',
  },
  'proof-refused': {
    status: 422,
    title: 'That did not fit',
    advice: 'Check the password or the code. A code works once, and only for a short time.',
  },
  'step-ended': { status: 422, title: 'This step took too long', advice: 'Begin again.' },
  'teacher-code-refused': {
    status: 422,
    title: 'This code does not work',
    advice: 'Check it, and the short name beside it. Each works once, for 15 minutes: otherwise ask for a new one.',
  },
  'link-ended': { status: 422, title: 'This link works no more', advice: 'Ask for a new one: each works once.' },
  'single-sign-on-unavailable': {
    status: 422,
    title: 'This organization has no single sign-on here, or its provider does not answer',
    advice: 'Check the short name of the organization, or sign in by password.',
  },
  'identity-provider-unusable': {
    status: 422,
    title: 'This identity provider cannot be used',
    advice: 'Change what the detail names.',
  },
  'password-unsuitable': {
    status: 422,
    title: 'This password cannot be used',
    advice: 'Choose another one, as the detail says.',
  },
  'second-factor-required': {
    status: 422,
    title: 'A second factor is required here',
    advice: 'Set up another one first.',
  },
  'geofence-invalid': { status: 422, title: 'The geofence cannot be used', advice: 'Redraw it as the detail says.' },
  'site-plan-invalid': { status: 422, title: 'The site plan cannot be used', advice: 'Upload GeoJSON as described.' },
  'person-invalid': { status: 422, title: 'This person cannot be saved so', advice: 'Change it as the detail says.' },
  'number-taken': {
    status: 422,
    title: 'This number belongs to somebody else',
    advice: 'Numbers are unique in an organization: choose another one.',
  },
  'email-taken': {
    status: 422,
    title: 'This e-mail address belongs to somebody else',
    advice: 'One address is one account: choose another one, or leave it empty.',
  },
  'last-administrator': {
    status: 422,
    title: 'This is the last administrator',
    advice: 'Make somebody else an administrator first.',
  },
  'group-in-use': { status: 422, title: 'The group still has members', advice: 'Move them to another group first.' },
  'name-taken': { status: 422, title: 'There is one of this name already', advice: 'Choose another name.' },
  'email-not-configured': {
    status: 422,
    title: 'Muster cannot send e-mail here',
    advice: 'Invite by link, or ask whoever runs Muster to set MUSTER_SMTP_URL.',
  },
  'import-not-ready': { status: 422, title: 'The import is not at this step', advice: 'Load it again and look.' },
  'import-file-invalid': { status: 422, title: 'The file cannot be imported', advice: 'Change it as the detail says.' },
  'purpose-necessary': {
    status: 422,
    title: 'This purpose does not rest on consent',
    advice: 'Ask the organization about it: the privacy sheet says on what it rests.',
  },
  'erasure-refused': {
    status: 422,
    title: 'This cannot be erased now',
    advice: 'End first what stands against it, as the detail says.',
  },
  'purpose-required': { status: 422, title: 'A purpose is required', advice: 'Say why you look at the history.' },
  'too-many-requests': { status: 429, title: 'Too many requests', advice: 'Wait as long as Retry-After says.' },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Try again; if it stays, give the request id to your administrator.',
  },
  overloaded: { status: 503, title: 'Muster is busy', advice: 'Try again after the seconds in Retry-After.' },
  unavailable: { status: 503, title: 'A part of Muster is not available', advice: 'Try again in a moment.' },
  'service-away': {
    status: 503,
    title: 'The part of Muster that does this cannot be reached',
    advice: 'Try again after the seconds in Retry-After.',
  },
  'took-too-long': {
    status: 504,
    title: 'This took too long',
    advice:
      'It may have been done all the same: look before you repeat it, or repeat it with the same Idempotency-Key.',
  },
} as const satisfies Record<string, { status: number; title: string; advice: string }>;

export type ProblemCode = keyof typeof problemCatalogue;

/** The body of every answer that is not a success, as `application/problem+json`. */
export const problemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().optional(),
  advice: z.string(),
  requestId: z.string().optional(),
  fields: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemBody = z.infer<typeof problemBody>;
