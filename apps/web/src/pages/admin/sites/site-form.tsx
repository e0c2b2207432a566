import type { RouteAnswer, SiteFields } from '@muster/contracts';
import { Autocomplete, Button, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { type DraftPlace, nowhereYet, placeOf } from '../../../map/place/draft-place.ts';
import { PlacePicker } from '../../../map/place/place-picker.tsx';
import { useSurroundings } from '../../staff/live-map.tsx';
import { useWriteKey } from '../../staff/use-write-key.ts';
import { useZoneSuggestion } from './use-zone-suggestion.ts';

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

/** Name, address, place and time zone of a site. */
export const SiteForm = ({ site, onSaved }: SiteFormProps) => {
  const t = useText('people');
  const save = useSave({ site, onSaved });
  const [name, setName] = useState(site?.name ?? '');
  const [address, setAddress] = useState(site?.address ?? '');
  const [draft, setDraft] = useState<DraftPlace>(site?.center ?? nowhereYet);
  const center = placeOf(draft);
  const [chosenZone, setZone] = useState<string | null>(site?.timeZone ?? null);
  const suggested = useZoneSuggestion(draft);
  const timeZone = chosenZone ?? suggested ?? '';
  const surroundings = useSurroundings(site ?? undefined);
  const isComplete = [name, address, timeZone].every((text) => text.trim()) && center !== null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isComplete) return;
    save.mutate({
      name: name.trim(),
      address: address.trim(),
      timeZone: timeZone.trim(),
      center,
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
      </SimpleGrid>
      <PlacePicker
        label={t('site.place')}
        place={draft}
        onPlace={setDraft}
        plan={surroundings.plan}
        geofences={site?.geofences ?? []}
        gates={surroundings.gates}
        tileUrl={surroundings.tileUrl}
      />
      <Stack gap="xs">
        <Autocomplete
          label={t('site.zone')}
          data={Intl.supportedValuesOf('timeZone')}
          limit={20}
          value={timeZone}
          onChange={setZone}
        />
        {suggested && suggested !== timeZone && (
          <Group gap="xs">
            <Text size="sm">{t('site.suggested', { zone: suggested })}</Text>
            <Button size="compact-xs" variant="light" onClick={() => setZone(suggested)}>
              {t('site.take')}
            </Button>
          </Group>
        )}
      </Stack>
      {save.error && <ErrorNotice error={save.error} />}
      <Group>
        <Button type="submit" loading={save.isPending} disabled={!isComplete}>
          {t(site ? 'save' : 'site.add')}
        </Button>
      </Group>
    </Stack>
  );
};
