import type { EventPayload } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, EventBus, OutgoingEvent } from '../../platform/events/port.ts';
import type { Clock } from '../../platform/clock.ts';
import { countUnread, insertItems, type NewInboxItem } from './inbox-store.ts';
import { type Language, languageOf, type Message } from './rules/messages.ts';

export interface NoticePorts {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
}
type Types = 'auth.sign-in-anomaly' | 'auth.security-changed';
type Change = EventPayload<'auth.security-changed'>['change'];
type Anomaly = EventPayload<'auth.sign-in-anomaly'>['kind'];

/** Tells people what happened to their own sign-in, in case it was not them. */
export const securityNotices = ({ events, clock }: NoticePorts): Consumer<Types> => ({
  name: 'notifications.security',
  service: 'notifications',
  types: ['auth.sign-in-anomaly', 'auth.security-changed'],
  startsAt: 'now',
  async handle(tx, stored) {
    const orgId = stored[0]?.orgId;
    if (orgId === undefined) return;
    const languages = await readLanguages(tx, [...new Set(stored.map(({ payload }) => payload.userId))]);
    const items = stored.flatMap((event) => {
      const { userId } = event.payload;
      const language = languages.get(userId);
      if (language === undefined) return [];
      const message =
        event.type === 'auth.sign-in-anomaly'
          ? anomalyMessage(event.payload.kind, event.payload.sentence, language)
          : changeMessage(event.payload.change, event.payload.byOther, language);
      const kind = event.type === 'auth.sign-in-anomaly' ? 'sign-in-anomaly' : 'security-changed';
      return [{ userId, kind, causeId: event.id, ...message, memberId: null, follows: null }];
    });
    await putIntoInboxes(tx, orgId, items, { events, clock });
  },
});

/** Puts messages into inboxes, and tells whoever looks at theirs. */
export const putIntoInboxes = async (
  tx: Tx,
  orgId: string,
  items: readonly NewInboxItem[],
  { events, clock }: NoticePorts,
): Promise<void> => {
  const inserted = await insertItems(tx, orgId, items, clock.now());
  const unread = await countUnread(
    tx,
    inserted.map(({ userId }) => userId),
  );
  await events.append(
    tx,
    orgId,
    inserted.map(
      ({ userId, itemId }): OutgoingEvent => ({
        type: 'notifications.inbox-changed',
        key: userId,
        payload: { userId, unread: unread.get(userId) ?? 0, itemId },
      }),
    ),
  );
};

export const readLanguages = async (tx: Tx, userIds: readonly string[]): Promise<ReadonlyMap<string, Language>> => {
  const { rows } = await sql<{ userId: string; language: string | null }>`
    SELECT user_id AS "userId", language FROM published.account WHERE user_id = ANY(${[...userIds]})`.execute(tx);
  return new Map(rows.map(({ userId, language }) => [userId, languageOf(language)]));
};

const doubts: Record<Language, string> = {
  en: 'Was it not you? Change your password and sign out everywhere else, under “Sign-in security”.',
  de: 'Waren Sie das nicht? Ändern Sie Ihr Passwort und melden Sie sich überall sonst ab, unter „Sicherheit der Anmeldung“.',
};

const changes: Record<Language, Record<Change, string>> = {
  en: {
    password: 'Your password was changed',
    'factor-added': 'A second factor was added',
    'factor-removed': 'A second factor was removed',
    'recovery-codes': 'New recovery codes were made',
    'recovery-code-used': 'A recovery code was used to sign in',
  },
  de: {
    password: 'Ihr Passwort wurde geändert',
    'factor-added': 'Ein zweiter Faktor wurde hinzugefügt',
    'factor-removed': 'Ein zweiter Faktor wurde entfernt',
    'recovery-codes': 'Neue Wiederherstellungscodes wurden gemacht',
    'recovery-code-used': 'Mit einem Wiederherstellungscode wurde angemeldet',
  },
};

const anomalies: Record<Language, Record<Anomaly, string>> = {
  en: {
    'new-country': 'A sign-in from a new country',
    'impossible-travel': 'Two sign-ins far apart, too quickly',
    'many-accounts': 'A sign-in on a device that many use',
  },
  de: {
    'new-country': 'Eine Anmeldung aus einem neuen Land',
    'impossible-travel': 'Zwei Anmeldungen weit auseinander, zu schnell',
    'many-accounts': 'Eine Anmeldung auf einem Gerät, das viele benutzen',
  },
};

const changeMessage = (change: Change, byOther: boolean, language: Language): Message => {
  const byWhom = { en: 'An administrator did it. ', de: 'Das war die Verwaltung. ' }[language];
  return { title: changes[language][change], body: `${byOther ? byWhom : ''}${doubts[language]}` };
};

const anomalyMessage = (kind: Anomaly, sentence: string, language: Language): Message => ({
  title: anomalies[language][kind],
  // The evidence is written in English, as that of signals is.
  body: language === 'en' ? `${sentence} ${doubts.en}` : doubts.de,
});
