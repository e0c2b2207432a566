import type { Vocabulary } from '@muster/contracts';
import i18next from 'i18next';
import { createContext, useContext, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { createFormats, type Formats } from './formats.ts';

/** Which words the organization uses; set once by the session. */
export const VocabularyContext = createContext<Vocabulary>('campus');
export const useVocabulary = (): Vocabulary => useContext(VocabularyContext);

export type Text = (key: string, values?: Record<string, unknown>) => string;

/** The words whose name depends on the organization; see `vocabulary/en.json`. */
export type Word =
  | 'organization'
  | 'site'
  | 'gate'
  | 'group'
  | 'user'
  | 'member'
  | 'supervisor'
  | 'guardian'
  | 'office'
  | 'administrator'
  | 'schedule'
  | 'punch'
  | 'attendance-day'
  | 'attendance'
  | 'on-site'
  | 'off-site';

/**
 * Texts of one namespace: `t('today.title', { count: 3 })`. A key may exist twice, as `title_campus` and
 * `title_workforce`; the organization's vocabulary chooses. Other namespaces are reached as `t('vocabulary:member')`.
 */
export const useText = (namespace: string): Text => {
  const { t } = useTranslation([namespace, 'vocabulary']);
  const context = useVocabulary();
  return useMemo<Text>(() => (key, values) => t(key, { context, ...values }) as string, [t, context]);
};

/** The organization's word for a thing, in the singular or for a number of them: `word('member', 2)` → "Students". */
export const useWord = (): ((word: Word, count?: number) => string) => {
  const { t } = useTranslation('vocabulary');
  const context = useVocabulary();
  return useMemo(
    () =>
      (word, count = 1) =>
        t(word, { context, count }) as string,
    [t, context],
  );
};

/** Dates, times, numbers and durations in the reader's language. */
export const useFormats = (): Formats => {
  const { i18n } = useTranslation();
  const language = i18n.resolvedLanguage ?? i18next.language;
  return useMemo(() => createFormats(language), [language]);
};
