import i18next, { type BackendModule, type ResourceKey } from 'i18next';
import { initReactI18next } from 'react-i18next';

/**
 * Texts live beside the pages that speak them: a folder with `en.json` and `de.json` is a namespace of its own name.
 * A new folder is found by itself.
 */

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
/** Named in their own language, so that everyone finds the way back. */
export const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const storageKey = 'muster.language';
const files = import.meta.glob<ResourceKey>('../**/{en,de}.json', { import: 'default' });
const coreNamespaces = ['app', 'components', 'vocabulary'];

const loaders = new Map(
  Object.entries(files).map(([path, load]) => {
    const parts = path.split('/');
    const language = (parts.at(-1) ?? '').replace('.json', '');
    return [`${language}/${parts.at(-2)}`, load] as const;
  }),
);

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = loaders.get(`${language}/${namespace}`);
    if (!load) {
      done(new Error(`There are no texts for ${language}/${namespace}`), null);
      return;
    }
    load().then(
      (texts) => done(null, texts as Record<string, string>),
      (error: unknown) => done(error as Error, null),
    );
  },
};

const isLanguage = (value: string | null | undefined): value is Language => languages.some((known) => known === value);

const preferredLanguage = (): Language => {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
};

export const startI18n = async (): Promise<void> => {
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(),
      fallbackLng: 'en',
      supportedLngs: [...languages],
      ns: coreNamespaces,
      defaultNS: 'app',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
      returnEmptyString: false,
    });
  document.documentElement.lang = i18next.language;
};

/** Changes the language at once, everywhere, and remembers it on this device. */
export const chooseLanguage = async (language: Language): Promise<void> => {
  localStorage.setItem(storageKey, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
};
