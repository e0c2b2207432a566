import { Title } from '@mantine/core';
import { useText } from '../../i18n/use-text.ts';

export const TodayPage = () => {
  const t = useText('app');
  return <Title order={1}>{t('navigation.today')}</Title>;
};
