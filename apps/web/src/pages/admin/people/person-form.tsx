import type { PersonDetail, PersonFields, Role } from '@muster/contracts';
import { Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { read, routes } from '../../../api/client.ts';
import { useProfile } from '../../../app/session.tsx';
import { useText, useWord } from '../../../i18n/use-text.ts';
import { languageNames, languages } from '../../../i18n/setup.ts';
import { useManagedRoles } from './managed-roles.ts';

interface Values {
  displayName: string;
  role: Role;
  number: string;
  email: string;
  language: string;
  joinedOn: string;
  /** A group, or a site without one; `group:…` or `site:…`. */
  place: string;
}

const valuesOf = (person: PersonDetail | null, role: Role): Values => ({
  displayName: person?.displayName ?? '',
  role: person?.role ?? role,
  number: person?.number ?? '',
  email: person?.email ?? '',
  language: person?.language ?? 'en',
  joinedOn: person?.joinedOn ?? '',
  place: person?.groupId ? `group:${person.groupId}` : person?.siteId ? `site:${person.siteId}` : '',
});

const fieldsOf = (values: Values): PersonFields => {
  const [kind, id = ''] = values.role === 'member' ? values.place.split(':') : [''];
  const textOf = (text: string) => text.trim() || null;
  return {
    displayName: values.displayName.trim(),
    role: values.role,
    number: textOf(values.number),
    email: textOf(values.email),
    language: values.language,
    joinedOn: textOf(values.joinedOn),
    siteId: kind === 'site' ? id : null,
    groupId: kind === 'group' ? id : null,
  };
};

/** Where a member may be placed: in groups, and at sites without a group by those who manage everybody. */
const usePlaces = () => {
  const t = useText('people');
  const { role } = useProfile();
  const groups = useQuery(read(routes.listGroups, {}));
  const sites = useQuery(read(routes.listSites, {}));
  const siteItems = sites.data?.items ?? [];
  const nameOfSite = (siteId: string) => siteItems.find((site) => site.siteId === siteId)?.name ?? '';
  const inGroups = (groups.data?.items ?? []).map(({ groupId, name, siteId }) => ({
    value: `group:${groupId}`,
    label: siteItems.length > 1 ? `${name} · ${nameOfSite(siteId)}` : name,
  }));
  if (role === 'supervisor') return inGroups;
  return [
    ...inGroups,
    ...siteItems.map(({ siteId, name }) => ({ value: `site:${siteId}`, label: t('no-group-at', { site: name }) })),
  ];
};

interface PersonFormProps {
  /** Null: somebody new. */
  readonly person: PersonDetail | null;
  readonly verb: string;
  readonly isSaving: boolean;
  readonly onSave: (fields: PersonFields) => void;
  readonly error?: ReactNode;
}

/** What is known of a person; the same for somebody new. */
export const PersonForm = ({ person, verb, isSaving, onSave, error }: PersonFormProps) => {
  const t = useText('people');
  const word = useWord();
  const profile = useProfile();
  const places = usePlaces();
  const managed = useManagedRoles();
  const form = useForm<Values>({
    values: valuesOf(person, managed[0] ?? 'member'),
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isDirty } = form.formState;
  const values = form.watch();
  // They sign in by e-mail, and nobody counts their days.
  const isOfThePlatform = values.role.startsWith('platform_');
  const mayChange = person === null || managed.includes(person.role);
  const roles = person && !managed.includes(person.role) ? [person.role] : managed;
  const languageItems = Object.entries(languageNames).map(([value, label]) => ({ value, label }));
  return (
    <form noValidate onSubmit={(event) => void form.handleSubmit((given) => onSave(fieldsOf(given)))(event)}>
      <Stack>
        <TextInput
          label={t('name')}
          maxLength={120}
          autoComplete="off"
          disabled={!mayChange}
          error={errors.displayName?.message}
          {...form.register('displayName', { validate: (text) => text.trim() !== '' || t('form.name-missing') })}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NativeSelect
            label={t('role')}
            disabled={!mayChange || person?.userId === profile.userId}
            description={person && values.role !== person.role ? t('form.role-consequence') : undefined}
            data={roles.map((role) => ({ value: role, label: t(`app:role.${role}`) }))}
            {...form.register('role')}
          />
          {values.role === 'member' && (
            <NativeSelect
              label={word('group')}
              disabled={!mayChange}
              error={errors.place?.message}
              data={[{ value: '', label: t('form.choose') }, ...places]}
              value={values.place}
              {...form.register('place', {
                validate: (place, { role }) => role !== 'member' || place !== '' || t('form.place-missing'),
              })}
            />
          )}
          {!isOfThePlatform && (
            <TextInput
              label={t('number')}
              maxLength={40}
              autoComplete="off"
              disabled={!mayChange}
              error={errors.number?.message}
              {...form.register('number', {
                validate: (number, { email }) =>
                  number.trim() !== '' || email.trim() !== '' || t('form.identifier-missing'),
              })}
            />
          )}
          <TextInput
            label={t('email')}
            description={isOfThePlatform ? undefined : t('form.email-hint')}
            type="email"
            maxLength={200}
            autoComplete="off"
            disabled={!mayChange}
            error={errors.email?.message}
            {...form.register('email', {
              validate: (email, { role }) =>
                (email.trim() === '' && !role.startsWith('platform_')) ||
                /^\S+@\S+\.\S+$/.test(email.trim()) ||
                t('form.email-wrong'),
            })}
          />
          {!isOfThePlatform && (
            <TextInput label={t('joined')} type="date" disabled={!mayChange} {...form.register('joinedOn')} />
          )}
          <NativeSelect
            label={t('language')}
            disabled={!mayChange}
            data={
              languages.some((known) => known === values.language)
                ? languageItems
                : [...languageItems, { value: values.language, label: values.language }]
            }
            {...form.register('language')}
          />
        </SimpleGrid>
        {error}
        {mayChange ? (
          <Group>
            <Button type="submit" loading={isSaving} disabled={person !== null && !isDirty}>
              {verb}
            </Button>
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t('form.not-managed')}
          </Text>
        )}
      </Stack>
    </form>
  );
};
