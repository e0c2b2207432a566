import i18next from 'i18next';
import { useText } from '../../../i18n/use-text.ts';

export interface Finding {
  readonly code: string;
  readonly sentence: string;
}

/**
 * What was found at a scan, in the reader's language. The server writes English and knows the figures; in other
 * languages the finding's own sentence is taken where there is one.
 */
export const useFindingWords = (): ((finding: Finding) => string) => {
  const t = useText('member');
  return ({ code, sentence }) => {
    if (i18next.language === 'en') return sentence;
    return i18next.exists(`member:finding.${code}`) ? t(`finding.${code}`) : sentence;
  };
};
