import { z } from 'zod';
import { tokens } from './auth.ts';
import { challengeToken } from './auth-factors.ts';
import { deviceClaim } from './device-keys.ts';
import { instant, line, uuid } from './primitives.ts';
import { route } from './route.ts';

/**
 * Ways in for those who have no password, or have lost it: the code that staff give to a member face to face, and the
 * link that is sent to the e-mail address of an account.
 */

export const teacherCodeStates = ['open', 'used', 'replaced', 'withdrawn', 'locked', 'expired'] as const;
export const teacherCode = z.strictObject({
  state: z.enum(teacherCodeStates),
  issuedBy: z.string().nullable(),
  issuedAt: instant,
  expiresAt: instant,
  /** When it was used, withdrawn, replaced or locked; null while it is open, and where its time just ran out. */
  endedAt: instant.nullable(),
});
export type TeacherCode = z.infer<typeof teacherCode>;

/** As it is typed: case, blanks and dashes do not matter. */
const typedCode = line(40).meta({ description: 'eight characters, as a supervisor shows them' });

/** The code as it was typed, with the organization's short name; or what stands in the picture that was scanned. */
export const registrationCode = z.union([
  z.strictObject({ organization: line(80), code: typedCode }),
  z.strictObject({ token: challengeToken }),
]);
export type RegistrationCode = z.infer<typeof registrationCode>;

/** Of a member who is signed in: their organization is known. */
const ownCode = z.union([registrationCode.options[0].omit({ organization: true }), registrationCode.options[1]]);

const issuing = { permission: 'devices.manage' } as const;
const memberParams = z.strictObject({ memberId: uuid });
const refusals = ['teacher-code-refused'] as const;

export const registrationRoutes = {
  issueTeacherCode: route({
    operation: 'issueTeacherCode',
    service: 'auth',
    method: 'POST',
    path: '/v1/members/:memberId/teacher-code',
    summary:
      'A short code with which a member registers on a phone, once, within 15 minutes; the one before works no more',
    access: issuing,
    params: memberParams,
    answer: z.strictObject({
      code: z.string().meta({ description: 'two groups of four' }),
      organization: z.string().meta({ description: 'short name, to be typed with it' }),
      link: z.string().meta({ description: 'to be shown as a QR code; leads to the same' }),
      expiresAt: instant,
    }),
    status: 201,
    idempotency: 'key',
    secretAnswer: true,
    problems: ['not-found', 'person-invalid'],
  }),
  readTeacherCode: route({
    operation: 'readTeacherCode',
    service: 'auth',
    method: 'GET',
    path: '/v1/members/:memberId/teacher-code',
    summary: 'What became of the code that was issued last',
    access: issuing,
    params: memberParams,
    answer: z.strictObject({ newest: teacherCode.nullable() }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  withdrawTeacherCode: route({
    operation: 'withdrawTeacherCode',
    service: 'auth',
    method: 'DELETE',
    path: '/v1/members/:memberId/teacher-code',
    summary: 'Make the open code useless',
    access: issuing,
    params: memberParams,
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  readRegistration: route({
    operation: 'readRegistration',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/registration',
    summary: 'For whom a code is, and whether a password is to be set with it; the code stays as it is',
    access: 'public',
    body: z.strictObject({ by: registrationCode }),
    answer: z.strictObject({
      displayName: z.string(),
      organizationName: z.string(),
      needsPassword: z.boolean(),
      minLength: z.number().int(),
    }),
    idempotency: 'natural',
    problems: refusals,
  }),
  register: route({
    operation: 'register',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/registration/use',
    summary: 'Use the code: sets a password where one is given, confirms the device, and signs in',
    access: 'public',
    body: z.strictObject({
      by: registrationCode,
      device: deviceClaim,
      password: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .meta({ description: 'needed where there is none yet; otherwise it replaces the one that was forgotten' }),
    }),
    answer: tokens,
    idempotency: 'natural',
    problems: [...refusals, 'password-unsuitable', 'second-factor-needed', 'device-proof-refused'],
  }),
  confirmDevice: route({
    operation: 'confirmDevice',
    service: 'auth',
    method: 'POST',
    path: '/v1/me/device/confirm',
    summary: 'Confirm by a code that the device in use is the own one',
    access: 'signed-in',
    body: z.strictObject({ by: ownCode }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: refusals,
  }),
  askForPasswordLink: route({
    operation: 'askForPasswordLink',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/forgotten-password',
    summary:
      'Have a link sent with which a new password is set; the answer is the same whether there is such an account',
    access: 'public',
    body: z.strictObject({
      identifier: line(200).meta({ description: 'e-mail address, or roll or employee number' }),
      organization: line(80).optional().meta({ description: 'its short name; needed with a number' }),
    }),
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['email-not-configured'],
  }),
};
