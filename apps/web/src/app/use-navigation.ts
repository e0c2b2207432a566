import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useVocabulary, useWord } from '../i18n/use-text.ts';
import { navigationOf } from './navigation.ts';
import type { NavigationEntry } from './navigation-entry.ts';
import { useMay, useProfile, useSession } from './session.tsx';

export interface NavigationItem extends Omit<NavigationEntry, 'label' | 'section'> {
  readonly name: string;
  readonly sectionName: string | null;
  readonly isHere: boolean;
}

/** The entries that the signed-in user may follow, named, with the one they are at. */
export const useNavigation = (): readonly NavigationItem[] => {
  const { role } = useProfile();
  const { actingIn } = useSession();
  const may = useMay();
  const context = useVocabulary();
  const word = useWord();
  const path = useLocation({ select: (location) => location.pathname });
  const entries = navigationOf(role, actingIn !== null).filter(({ permission }) => !permission || may(permission));
  // Entries may be named in the texts of their own page.
  const named = entries.flatMap(({ label, section }) => [label, section]).filter((key) => typeof key === 'string');
  const { t: translate } = useTranslation(['app', ...new Set(named.map((key) => key.split(':')[0] ?? 'app'))]);
  const t = (key: string): string => translate(key, { context });
  const here = entries
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .sort((one, other) => other.to.length - one.to.length)[0];
  return entries.map(({ label, section, ...entry }) => ({
    ...entry,
    name: typeof label === 'string' ? t(label) : word(label.word, 2),
    sectionName: section ? t(section) : null,
    isHere: entry.to === here?.to,
  }));
};
