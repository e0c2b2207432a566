import { NativeSelect } from '@mantine/core';
import { IconLanguage } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, languageNames, languages } from '../i18n/setup.ts';
import { useText } from '../i18n/use-text.ts';

/** The languages, each in its own name; for pages without an account menu. */
export const LanguageMenu = () => {
  const t = useText('components');
  const { i18n } = useTranslation();
  return (
    <NativeSelect
      variant="unstyled"
      aria-label={t('language')}
      w={132}
      leftSection={<IconLanguage size={18} stroke={1.7} />}
      data={languages.map((value) => ({ value, label: languageNames[value] }))}
      value={i18n.language}
      onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
    />
  );
};
