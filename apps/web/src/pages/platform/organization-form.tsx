import type { RouteAnswer, RouteRequest, Vocabulary } from '@muster/contracts';
import {
  Autocomplete,
  Button,
  Fieldset,
  Group,
  NativeSelect,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { languageNames, languages } from '../../i18n/setup.ts';
import { useText } from '../../i18n/use-text.ts';
import { nowhereYet, placeOf } from '../../map/place/draft-place.ts';
import { PlacePicker } from '../../map/place/place-picker.tsx';
import { useZoneSuggestion } from '../admin/sites/use-zone-suggestion.ts';
import { useWriteKey } from '../staff/use-write-key.ts';
import { isSlug, slugOf } from './slug.ts';

type Wanted = RouteRequest<typeof routes.createOrganization>['body'];
type Created = RouteAnswer<typeof routes.createOrganization>;

const empty = {
  name: '',
  slug: '',
  vocabulary: 'campus' as Vocabulary,
  siteName: '',
  address: '',
  place: nowhereYet,
  zone: null as string | null,
  displayName: '',
  email: '',
  language: 'en',
};
type Values = typeof empty;
interface PartProps {
  readonly values: Values;
  readonly change: (part: Partial<Values>) => void;
}

const OrganizationPart = ({ values, change }: PartProps) => {
  const t = useText('platform');
  return (
    <Fieldset legend={t('new.organization')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('name')}
          value={values.name}
          maxLength={120}
          onChange={({ currentTarget: { value } }) =>
            // As long as nobody has written another one.
            change({ name: value, ...(values.slug === slugOf(values.name) ? { slug: slugOf(value) } : {}) })
          }
        />
        <TextInput
          label={t('new.slug')}
          description={t('new.slug-hint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={values.slug}
          maxLength={63}
          error={values.slug !== '' && !isSlug(values.slug) ? t('new.slug-wrong') : null}
          onChange={(event) => change({ slug: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Text size="sm" fw={500} mt="sm" mb={4} id="vocabulary">
        {t('new.words')}
      </Text>
      <SegmentedControl
        aria-labelledby="vocabulary"
        value={values.vocabulary}
        onChange={(vocabulary) => change({ vocabulary: vocabulary as Vocabulary })}
        data={[
          { value: 'campus', label: t('vocabulary.campus') },
          { value: 'workforce', label: t('vocabulary.workforce') },
        ]}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {t(`new.words-${values.vocabulary}`)}
      </Text>
    </Fieldset>
  );
};

const SitePart = ({ values, change, suggested }: PartProps & { readonly suggested: string | null }) => {
  const t = useText('platform');
  const zone = values.zone ?? suggested ?? '';
  return (
    <Fieldset legend={t('new.site')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('new.site-name')}
          value={values.siteName}
          maxLength={80}
          onChange={(event) => change({ siteName: event.currentTarget.value })}
        />
        <TextInput
          label={t('new.address')}
          value={values.address}
          maxLength={200}
          onChange={(event) => change({ address: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Stack mt="md">
        <PlacePicker label={t('new.place')} place={values.place} onPlace={(place) => change({ place })} />
        <Autocomplete
          label={t('new.zone')}
          description={t('new.zone-hint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          data={Intl.supportedValuesOf('timeZone')}
          limit={20}
          value={zone}
          onChange={(value) => change({ zone: value })}
        />
      </Stack>
    </Fieldset>
  );
};

const AdministratorPart = ({ values, change }: PartProps) => {
  const t = useText('platform');
  return (
    <Fieldset legend={t('new.administrator')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('name')}
          value={values.displayName}
          maxLength={120}
          autoComplete="off"
          onChange={(event) => change({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label={t('new.email')}
          type="email"
          value={values.email}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('new.language')}
          value={values.language}
          onChange={(event) => change({ language: event.currentTarget.value })}
          data={languages.map((code) => ({ value: code, label: languageNames[code] }))}
        />
      </SimpleGrid>
    </Fieldset>
  );
};

/** Null as long as something is missing. */
const wantedOf = (values: Values, suggested: string | null): Wanted | null => {
  const { slug, vocabulary } = values;
  const center = placeOf(values.place);
  const zone = (values.zone ?? suggested ?? '').trim();
  const texts = [values.name, values.siteName, values.address, zone, values.displayName].map((text) => text.trim());
  if (texts.includes('') || !isSlug(slug) || !/^\S+@\S+\.\S+$/.test(values.email.trim())) return null;
  if (center === null) return null;
  const [name = '', siteName = '', address = '', timeZone = '', displayName = ''] = texts;
  return {
    name,
    slug,
    vocabulary,
    site: { name: siteName, address, timeZone, center },
    administrator: { displayName, email: values.email.trim(), language: values.language },
  };
};

interface FormProps {
  readonly onCreated: (created: Created & { readonly email: string }) => void;
}

export const OrganizationForm = ({ onCreated }: FormProps) => {
  const t = useText('platform');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const [values, setValues] = useState(empty);
  const change = (part: Partial<Values>) => setValues((before) => ({ ...before, ...part }));
  const suggested = useZoneSuggestion(values.place);
  const wanted = wantedOf(values, suggested);
  const create = useMutation({
    mutationFn: (body: Wanted) => call(routes.createOrganization, { body }, { idempotencyKey: keyOf(body) }),
    onSuccess: (created, body) => {
      void queries.invalidateQueries({ queryKey: [routes.listOrganizations.operation] });
      onCreated({ ...created, email: body.administrator.email });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (wanted) create.mutate(wanted);
  };
  return (
    <Stack component="form" onSubmit={submit} aria-label={t('new.title')}>
      <OrganizationPart values={values} change={change} />
      <SitePart values={values} change={change} suggested={suggested} />
      <AdministratorPart values={values} change={change} />
      {create.error && <ErrorNotice error={create.error} />}
      <Group>
        <Button type="submit" loading={create.isPending} disabled={!wanted}>
          {t('new.verb')}
        </Button>
        {!wanted && (
          <Text size="sm" c="dimmed">
            {t('new.missing')}
          </Text>
        )}
      </Group>
    </Stack>
  );
};
