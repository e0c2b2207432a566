import { z } from 'zod';
import { locationLevel, permission, purpose, role, tie } from './access.ts';
import { dataRequest } from './data-requests.ts';
import { instant, line, localDate, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Notices and consent, coming of age, and how long data is kept. What people ask about theirs: data-requests.ts. */

const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language such as en or de-AT');
/** Paragraphs; nothing in it is markup. */
const paragraphs = z
  .string()
  .trim()
  .min(20)
  .max(20_000)
  .regex(/^[^\p{Cs}\0]*$/u, 'text without NUL or broken characters');

export const noticePurpose = z.strictObject({
  purpose,
  /** Rests on something else than consent: it is told, and cannot be declined. */
  necessary: z.boolean(),
});
export const noticeText = z.strictObject({ language, title: line(120), body: paragraphs });
export const notice = z.strictObject({
  version: z.number().int(),
  purposes: z.array(noticePurpose),
  texts: z.array(noticeText),
  validFrom: instant,
  publishedAt: instant,
  publishedBy: z.string().nullable(),
});
export type Notice = z.infer<typeof notice>;

export const consentAnswers = ['agreed', 'declined', 'told'] as const;
export const consent = z.strictObject({
  consentId: uuid,
  memberId: uuid,
  memberName: z.string(),
  purpose,
  answer: z.enum(consentAnswers).meta({ description: '`told`: of a purpose that is necessary' }),
  version: z.number().int(),
  language: z.string(),
  givenBy: z.string().nullable(),
  method: z.enum(['signed-in', 'paper']),
  enteredBy: z.string().nullable(),
  givenAt: instant,
  withdrawnAt: instant.nullable(),
  withdrawnBy: z.string().nullable(),
  /** Nothing newer was said about this purpose. */
  isNewest: z.boolean(),
});
export type Consent = z.infer<typeof consent>;

/** Somebody for whom the caller is to answer the current notice. */
const awaiting = z.strictObject({
  memberId: uuid,
  displayName: z.string(),
  isSelf: z.boolean(),
  purposes: z.array(noticePurpose),
});

export const guardianGrant = z.strictObject({
  guardianId: uuid,
  displayName: z.string(),
  maySee: z.boolean(),
  mayLive: z.boolean(),
});

export const ownPrivacy = z.strictObject({
  /** In the language that was asked for, or the first there is. */
  notice: z
    .strictObject({ version: z.number().int(), language: z.string(), title: z.string(), body: z.string() })
    .nullable(),
  awaiting: z.array(awaiting),
  consents: z.array(consent),
  /** Of a member: from the 18th birthday on, it is for the member to say what guardians see. */
  ofAge: z.boolean(),
  guardians: z.array(guardianGrant),
});
export type OwnPrivacy = z.infer<typeof ownPrivacy>;

export const dataClasses = ['positions', 'looks', 'punchEvidence', 'signIns', 'notifications', 'exports'] as const;
const days = (min: number, max: number) => z.number().int().min(min).max(max);
/** For how many days each class of data is kept. */
export const retention = z.strictObject({
  positions: days(7, 365),
  looks: days(30, 3650),
  punchEvidence: days(30, 3650),
  signIns: days(7, 3650),
  notifications: days(7, 3650),
  exports: days(1, 90),
});
export type Retention = z.infer<typeof retention>;

export const privacySheet = z.strictObject({
  organizationName: z.string(),
  version: z.number().int().nullable(),
  validFrom: instant.nullable(),
  purposes: z.array(noticePurpose),
  /** Who holds what about members, and through which ties: as the organization has set it. */
  holders: z.array(z.strictObject({ permission, role, ties: z.array(tie) })),
  location: z.strictObject({ supervisor: locationLevel, office: locationLevel }),
  retention,
});
export type PrivacySheet = z.infer<typeof privacySheet>;

export const personPrivacy = z.strictObject({
  userId: uuid,
  displayName: z.string(),
  role,
  birthDate: localDate.nullable(),
  ofAge: z.boolean(),
  hold: z.strictObject({ reason: z.string(), setBy: z.string().nullable(), setAt: instant }).nullable(),
  isErased: z.boolean(),
  consents: z.array(consent),
  requests: z.array(dataRequest),
});
export type PersonPrivacy = z.infer<typeof personPrivacy>;

const manage = { permission: 'privacy.manage' } as const;
const signedIn = 'signed-in' as const;
const userParams = z.strictObject({ userId: uuid });
const answers = z
  .array(
    z.strictObject({
      memberId: uuid,
      /** All others are declined; those that are necessary need not be named. */
      agreed: z.array(purpose).max(3),
    }),
  )
  .min(1)
  .max(50);

export const privacyRoutes = {
  readOwnPrivacy: route({
    operation: 'readOwnPrivacy',
    service: 'users',
    method: 'GET',
    path: '/v1/me/privacy',
    summary: 'The current notice, for whom the caller is to answer it, and what was answered',
    access: signedIn,
    query: z.strictObject({ language: language.optional() }),
    answer: ownPrivacy,
    idempotency: 'natural',
  }),
  giveConsent: route({
    operation: 'giveConsent',
    service: 'users',
    method: 'POST',
    path: '/v1/me/consents',
    summary:
      'Answer the current notice for oneself, or as a guardian for children; purposes that are not agreed to end at once',
    access: signedIn,
    body: z.strictObject({ version: z.number().int(), language, answers }),
    answer: ownPrivacy,
    idempotency: 'key',
    problems: ['not-found', 'not-permitted', 'changed-meanwhile'],
  }),
  withdrawConsent: route({
    operation: 'withdrawConsent',
    service: 'users',
    method: 'POST',
    path: '/v1/me/consents/withdrawals',
    summary: 'Withdraw consent to a purpose, for oneself or for a child; what rests on it ends at once',
    access: signedIn,
    body: z.strictObject({ memberId: uuid, purpose }),
    answer: ownPrivacy,
    idempotency: 'key',
    problems: ['not-found', 'purpose-necessary'],
  }),
  grantGuardian: route({
    operation: 'grantGuardian',
    service: 'users',
    method: 'PUT',
    path: '/v1/me/guardians/:guardianId',
    summary: 'Of a member who has come of age: what a guardian may go on to see',
    access: signedIn,
    params: z.strictObject({ guardianId: uuid }),
    body: z.strictObject({ maySee: z.boolean(), mayLive: z.boolean() }),
    answer: ownPrivacy,
    idempotency: 'key',
    problems: ['not-found', 'not-permitted'],
  }),
  readPrivacySheet: route({
    operation: 'readPrivacySheet',
    service: 'users',
    method: 'GET',
    path: '/v1/organization/privacy-sheet',
    summary: 'What the organization does with data: purposes, who sees what, how long it is kept',
    access: signedIn,
    aboutOrganization: true,
    answer: privacySheet,
    idempotency: 'natural',
  }),
  listNotices: route({
    operation: 'listNotices',
    service: 'users',
    method: 'GET',
    path: '/v1/organization/notices',
    summary: 'All versions of the notice, newest first, and how many members have answered the current one',
    access: manage,
    answer: z.strictObject({
      items: z.array(notice),
      current: z.number().int().nullable(),
      answered: z.strictObject({ members: z.number().int(), of: z.number().int() }),
    }),
    idempotency: 'natural',
  }),
  publishNotice: route({
    operation: 'publishNotice',
    service: 'users',
    method: 'POST',
    path: '/v1/organization/notices',
    summary: 'Publish the next version; from then on everybody is asked anew',
    access: manage,
    body: z.strictObject({
      purposes: z
        .array(noticePurpose)
        .min(1)
        .max(3)
        .refine((each) => new Set(each.map((one) => one.purpose)).size === each.length, 'each purpose once'),
      texts: z
        .array(noticeText)
        .min(1)
        .max(20)
        .refine((each) => new Set(each.map((one) => one.language)).size === each.length, 'each language once'),
      /** Null: from now on. */
      validFrom: instant.nullable(),
    }),
    answer: notice,
    status: 201,
    idempotency: 'key',
  }),
  readRetention: route({
    operation: 'readRetention',
    service: 'users',
    method: 'GET',
    path: '/v1/organization/retention',
    summary: 'For how many days each class of data is kept',
    access: manage,
    answer: retention,
    idempotency: 'natural',
  }),
  changeRetention: route({
    operation: 'changeRetention',
    service: 'users',
    method: 'PUT',
    path: '/v1/organization/retention',
    summary: 'Change it; what is older is removed within an hour',
    access: manage,
    stepUp: true,
    body: retention,
    answer: retention,
    idempotency: 'key',
  }),
  readPersonPrivacy: route({
    operation: 'readPersonPrivacy',
    service: 'users',
    method: 'GET',
    path: '/v1/people/:userId/privacy',
    summary: 'Consents, requests, birth date and hold of one person',
    access: manage,
    params: userParams,
    answer: personPrivacy,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  enterPaperConsent: route({
    operation: 'enterPaperConsent',
    service: 'users',
    method: 'POST',
    path: '/v1/people/:userId/consents',
    summary: 'Enter what a member, or a guardian for them, has answered on paper',
    access: manage,
    params: userParams,
    body: z.strictObject({
      version: z.number().int(),
      language,
      agreed: z.array(purpose).max(3),
      /** Who has signed it: the member, or one of the member's guardians. */
      signedBy: uuid,
    }),
    answer: personPrivacy,
    status: 201,
    idempotency: 'key',
    problems: ['not-found', 'not-permitted', 'changed-meanwhile'],
  }),
  setBirthDate: route({
    operation: 'setBirthDate',
    service: 'users',
    method: 'PUT',
    path: '/v1/people/:userId/birth-date',
    summary: 'Set when a member was born: from the 18th birthday on the member decides what guardians see',
    access: { permission: 'guardians.manage' },
    params: userParams,
    body: z.strictObject({ birthDate: localDate.nullable() }),
    answer: null,
    status: 204,
    idempotency: 'key',
    problems: ['not-found', 'person-invalid'],
  }),
  setHold: route({
    operation: 'setHold',
    service: 'users',
    method: 'PUT',
    path: '/v1/people/:userId/hold',
    summary: 'Keep everything about a person from being erased, or (null) no longer',
    access: manage,
    params: userParams,
    body: z.strictObject({ reason: line(200).nullable() }),
    answer: personPrivacy,
    idempotency: 'key',
    problems: ['not-found'],
  }),
};
