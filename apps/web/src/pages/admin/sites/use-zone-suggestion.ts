import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';
import { type DraftPlace, placeOf } from '../../../map/place/draft-place.ts';

const writingMs = 400;

/** The time zone at a place; null as long as there is none. */
export const useZoneSuggestion = (draft: DraftPlace): string | null => {
  const [written] = useDebouncedValue(draft, writingMs);
  const settled = placeOf(written);
  const suggestion = useQuery({
    ...read(routes.suggestTimeZone, { query: settled ?? { latitude: 0, longitude: 0 } }),
    enabled: settled !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return settled === null ? null : (suggestion.data?.timeZone ?? null);
};
