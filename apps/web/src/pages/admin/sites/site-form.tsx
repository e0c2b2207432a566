import type { RouteAnswer, SiteFields } from '@muster/contracts';
import { Autocomplete, Button, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';

type SiteDetail = RouteAnswer<typeof routes.readSite>;

interface SiteFormProps {
  /** Null: a new one. */
  readonly site: SiteDetail | null;
  readonly onSaved: (site: SiteDetail) => void;
}

const useSave = ({ site, onSaved }: SiteFormProps) => {
  const t = useText('people');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  return useMutation({
    mutationFn: (body: SiteFields) =>
      site === null
        ? call(routes.addSite, { body }, { idempotencyKey: keyOf(body) })
        : call(
            routes.changeSite,
            { params: { siteId: site.siteId }, body },
            { idempotencyKey: keyOf([body, site.version]), ifMatch: `"${site.version}"` },
          ),
    onSuccess: async (saved) => {
      queries.setQueryData(read(routes.readSite, { params: { siteId: saved.siteId } }).queryKey, saved);
      await queries.invalidateQueries({ queryKey: [routes.listSites.operation] });
      void notify({ text: t('site.saved', { name: saved.name }) });
      onSaved(saved);
    },
  });
};

/** The zone at the place, until another one was chosen. */
export const useZoneSuggestion = (latitude: number | null, longitude: number | null): string | null => {
  const [place] = useDebouncedValue(latitude === null || longitude === null ? null : { latitude, longitude }, 400);
  const suggestion = useQuery({
    ...read(routes.suggestTimeZone, { query: place ?? { latitude: 0, longitude: 0 } }),
    enabled: place !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return place === null ? null : (suggestion.data?.timeZone ?? null);
};

export const numberOf = (value: string | number): number | null => (value === '' ? null : Number(value));

/** Name, address, place and time zone of a site. */
export const SiteForm = ({ site, onSaved }: SiteFormProps) => {
  const t = useText('people');
  const save = useSave({ site, onSaved });
  const [name, setName] = useState(site?.name ?? '');
  const [address, setAddress] = useState(site?.address ?? '');
  const [latitude, setLatitude] = useState<number | null>(site?.center.latitude ?? null);
  const [longitude, setLongitude] = useState<number | null>(site?.center.longitude ?? null);
  const [chosenZone, setZone] = useState<string | null>(site?.timeZone ?? null);
  const suggested = useZoneSuggestion(latitude, longitude);
  const timeZone = chosenZone ?? suggested ?? '';
  const isComplete = [name, address, timeZone].every((text) => text.trim()) && latitude !== null && longitude !== null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isComplete) return;
    save.mutate({
      name: name.trim(),
      address: address.trim(),
      timeZone: timeZone.trim(),
      center: { latitude, longitude },
    });
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('name')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('site.address')}
          value={address}
          maxLength={200}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <NumberInput
          label={t('site.latitude')}
          decimalScale={6}
          min={-90}
          max={90}
          hideControls
          value={latitude ?? ''}
          onChange={(value) => setLatitude(numberOf(value))}
        />
        <NumberInput
          label={t('site.longitude')}
          decimalScale={6}
          min={-180}
          max={180}
          hideControls
          value={longitude ?? ''}
          onChange={(value) => setLongitude(numberOf(value))}
        />
        <Autocomplete
          label={t('site.zone')}
          data={Intl.supportedValuesOf('timeZone')}
          limit={20}
          value={timeZone}
          onChange={setZone}
        />
      </SimpleGrid>
      {suggested && suggested !== timeZone && (
        <Group gap="xs">
          <Text size="sm">{t('site.suggested', { zone: suggested })}</Text>
          <Button size="compact-xs" variant="light" onClick={() => setZone(suggested)}>
            {t('site.take')}
          </Button>
        </Group>
      )}
      {save.error && <ErrorNotice error={save.error} />}
      <Group>
        <Button type="submit" loading={save.isPending} disabled={!isComplete}>
          {t(site ? 'save' : 'site.add')}
        </Button>
      </Group>
    </Stack>
  );
};
