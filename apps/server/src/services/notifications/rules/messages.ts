/** What people are told, in their language. Pure; the instants are shown in the time zone of the member's site. */

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const languageOf = (code: string | null): Language => (code === 'de' ? 'de' : 'en');

/** A fact that somebody is told about, with what its text needs. */
export type Occasion =
  | { readonly kind: 'geo-violation'; readonly member: string; readonly site: string; readonly startedAtMs: number }
  | {
      readonly kind: 'returned';
      readonly member: string;
      readonly site: string;
      readonly endedAtMs: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'punch-held';
      readonly member: string;
      readonly direction: 'ENTER' | 'EXIT';
      readonly sentence: string;
    }
  | { readonly kind: 'no-exit'; readonly member: string; readonly date: string }
  | { readonly kind: 'signal'; readonly member: string; readonly sentence: string }
  | {
      readonly kind: 'entered';
      readonly member: string;
      readonly site: string;
      readonly atMs: number;
      readonly lateByMinutes: number;
    }
  | { readonly kind: 'exited'; readonly member: string; readonly site: string; readonly atMs: number };

export interface Message {
  readonly title: string;
  readonly body: string;
}

type Writer = (occasion: Occasion, timeZone: string) => Message;

const clockTime = (atMs: number, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(language === 'de' ? 'de-AT' : 'en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
  }).format(atMs);

const minutes = (durationMs: number): number => Math.max(1, Math.round(durationMs / 60_000));

const english: Writer = (occasion, timeZone) => {
  const time = (atMs: number): string => clockTime(atMs, timeZone, 'en');
  switch (occasion.kind) {
    case 'geo-violation':
      return {
        title: `${occasion.member} has left ${occasion.site}`,
        body: `Outside since ${time(occasion.startedAtMs)}. A weak signal can look like this, too.`,
      };
    case 'returned':
      return {
        title: `${occasion.member} is back at ${occasion.site}`,
        body: `Returned at ${time(occasion.endedAtMs)}, after ${minutes(occasion.durationMs)} min outside.`,
      };
    case 'punch-held':
      return { title: `${occasion.member}: ${occasion.direction} waits for a decision`, body: occasion.sentence };
    case 'no-exit':
      return {
        title: `${occasion.member} did not scan EXIT`,
        body: `The day ${occasion.date} was closed at its planned end.`,
      };
    case 'signal':
      return { title: `${occasion.member}: something to look at`, body: occasion.sentence };
    case 'entered':
      return {
        title: `${occasion.member} is at ${occasion.site}`,
        body: `ENTER at ${time(occasion.atMs)}${occasion.lateByMinutes > 0 ? `, ${occasion.lateByMinutes} min late` : ''}.`,
      };
    case 'exited':
      return { title: `${occasion.member} has left ${occasion.site}`, body: `EXIT at ${time(occasion.atMs)}.` };
  }
};

const german: Writer = (occasion, timeZone) => {
  const time = (atMs: number): string => clockTime(atMs, timeZone, 'de');
  switch (occasion.kind) {
    case 'geo-violation':
      return {
        title: `${occasion.member} hat ${occasion.site} verlassen`,
        body: `Außerhalb seit ${time(occasion.startedAtMs)}. Auch schwacher Empfang kann so aussehen.`,
      };
    case 'returned':
      return {
        title: `${occasion.member} ist zurück: ${occasion.site}`,
        body: `Rückkehr um ${time(occasion.endedAtMs)}, nach ${minutes(occasion.durationMs)} min außerhalb.`,
      };
    case 'punch-held':
      return { title: `${occasion.member}: ${occasion.direction} wartet auf Entscheidung`, body: occasion.sentence };
    case 'no-exit':
      return {
        title: `${occasion.member} hat EXIT nicht gescannt`,
        body: `Der Tag ${occasion.date} wurde zum geplanten Ende geschlossen.`,
      };
    case 'signal':
      return { title: `${occasion.member}: bitte ansehen`, body: occasion.sentence };
    case 'entered':
      return {
        title: `${occasion.member} ist angekommen: ${occasion.site}`,
        body: `ENTER um ${time(occasion.atMs)}${occasion.lateByMinutes > 0 ? `, ${occasion.lateByMinutes} min zu spät` : ''}.`,
      };
    case 'exited':
      return { title: `${occasion.member} ist gegangen: ${occasion.site}`, body: `EXIT um ${time(occasion.atMs)}.` };
  }
};

const writers: Readonly<Record<Language, Writer>> = { en: english, de: german };

export const messageOf = (occasion: Occasion, language: Language, timeZone: string): Message =>
  writers[language](occasion, timeZone);
