import type { EventPayload } from '@muster/contracts';
import type { Language, Message } from './messages.ts';

/** What people are told about devices, in their language. Pure. */
export type DeviceNews =
  /** To the one who has signed in there. */
  | { readonly kind: 'device-waiting'; readonly device: string }
  /** To those who can approve it. */
  | { readonly kind: 'device-to-approve'; readonly device: string; readonly member: string }
  | { readonly kind: 'device-approved'; readonly device: string }
  | {
      readonly kind: 'device-revoked';
      readonly device: string;
      readonly cause: EventPayload<'auth.device-revoked'>['cause'];
    };

type Writer = (news: DeviceNews) => Message;

const english: Writer = (news) => {
  const { device } = news;
  switch (news.kind) {
    case 'device-waiting':
      return {
        title: `You have signed in on another device: ${device}`,
        body: 'What you scan there waits until somebody who looks after you has approved it. Was it not you? Revoke it under “Sign-in security”, and change your password.',
      };
    case 'device-to-approve':
      return {
        title: `${news.member} has signed in on another device: ${device}`,
        body: 'What is scanned there waits. Approve it under “Devices” if you know that it is theirs, or refuse it.',
      };
    case 'device-approved':
      return { title: `${device} is yours now`, body: 'Scans there count, also those that waited for this alone.' };
    case 'device-revoked':
      return { title: `${device} was revoked`, body: reasons.en[news.cause] };
  }
};

const german: Writer = (news) => {
  const { device } = news;
  switch (news.kind) {
    case 'device-waiting':
      return {
        title: `Sie haben sich auf einem anderen Gerät angemeldet: ${device}`,
        body: 'Was Sie dort scannen, wartet, bis jemand, der für Sie zuständig ist, es freigegeben hat. Waren Sie das nicht? Sperren Sie es unter „Sicherheit der Anmeldung“ und ändern Sie Ihr Passwort.',
      };
    case 'device-to-approve':
      return {
        title: `${news.member} hat sich auf einem anderen Gerät angemeldet: ${device}`,
        body: 'Was dort gescannt wird, wartet. Geben Sie es unter „Geräte“ frei, wenn Sie wissen, dass es dieser Person gehört, oder lehnen Sie es ab.',
      };
    case 'device-approved':
      return {
        title: `${device} ist jetzt Ihres`,
        body: 'Was dort gescannt wird, zählt, auch was nur darauf gewartet hat.',
      };
    case 'device-revoked':
      return { title: `${device} wurde gesperrt`, body: reasons.de[news.cause] };
  }
};

const reasons = {
  en: {
    'by-owner': 'You did this yourself. Was it not you? Change your password.',
    'by-staff': 'Your organization did this. Whoever signs in there again has to be approved.',
    refused: 'Your organization did not approve it. Ask them, if it is yours.',
    replaced: 'Another device has taken its place: your organization wants one for each.',
  },
  de: {
    'by-owner': 'Das waren Sie selbst. Waren Sie das nicht? Ändern Sie Ihr Passwort.',
    'by-staff': 'Das war Ihre Organisation. Wer sich dort wieder anmeldet, muss freigegeben werden.',
    refused: 'Ihre Organisation hat es nicht freigegeben. Fragen Sie dort nach, wenn es Ihres ist.',
    replaced: 'Ein anderes Gerät ist an seine Stelle getreten: Ihre Organisation sieht je Mitglied eines vor.',
  },
} as const;

export const deviceMessageOf = (news: DeviceNews, language: Language): Message =>
  language === 'de' ? german(news) : english(news);
