import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read, routes } from '../../api/client.ts';

/** The notice in the reader's language, who is to answer it, and what was answered. */
export const useOwnPrivacy = (isWanted = true) => {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const what = read(routes.readOwnPrivacy, { query: { language } });
  const query = useQuery({ ...what, enabled: isWanted, staleTime: 5 * 60_000 });
  return { query, queryKey: what.queryKey, language };
};
