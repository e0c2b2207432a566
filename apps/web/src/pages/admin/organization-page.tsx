import type { LocationLevel, RouteAnswer } from '@muster/contracts';
import { Button, Group, Paper, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import { call, read, routes } from '../../api/client.ts';
import { notify } from '../../app/notify.tsx';
import { useMay } from '../../app/session.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useText } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { useWriteKey } from '../staff/use-write-key.ts';
import classes from './admin.module.css';

const levels: readonly LocationLevel[] = ['attendance', 'presence', 'full'];
type Settings = RouteAnswer<typeof routes.readOrganization>;

interface Values {
  readonly supervisorLocation: LocationLevel;
  readonly officeLocation: LocationLevel;
  readonly tileUrl: string;
}

const tilePattern = /^https?:\/\/.+\{z\}.+/;

const LevelField = ({
  who,
  value,
  onChange,
}: {
  readonly who: 'supervisor' | 'office';
  readonly value: LocationLevel;
  readonly onChange: (level: LocationLevel) => void;
}) => {
  const t = useText('admin');
  return (
    <div className={classes.withConsequence}>
      <Radio.Group
        label={t(`organization.${who}`)}
        description={t(`organization.${who}-hint`)}
        value={value}
        onChange={(level) => onChange(level as LocationLevel)}
      >
        <Stack gap="sm" mt="sm">
          {levels.map((level) => (
            <Radio
              key={level}
              value={level}
              label={t(`organization.level-${level}`)}
              description={t(`organization.level-${level}-hint`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <aside className={classes.consequence} aria-live="polite">
        <Text size="sm" fw={600}>
          {t('consequence')}
        </Text>
        <Text size="sm">{t(`organization.${who}-${value}`)}</Text>
      </aside>
    </div>
  );
};

const SettingsForm = ({ settings }: { readonly settings: Settings }) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const form = useForm<Values>({
    defaultValues: {
      supervisorLocation: settings.supervisorLocation,
      officeLocation: settings.officeLocation,
      tileUrl: settings.tileUrl ?? '',
    },
  });
  const save = useMutation({
    mutationFn: ({ tileUrl, ...rest }: Values) => {
      const body = { ...rest, tileUrl: tileUrl.trim() || null };
      return call(routes.configureOrganization, { body }, { idempotencyKey: keyOf({ body, settings }) });
    },
    onSuccess: (saved, values) => {
      queries.setQueryData(read(routes.readOrganization, {}).queryKey, saved);
      form.reset(values);
      void queries.invalidateQueries({ queryKey: [routes.listPresence.operation] });
      void notify({ text: t('saved') });
    },
  });
  const { errors, isDirty } = form.formState;
  return (
    <form noValidate onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}>
      <Stack>
        {(['supervisor', 'office'] as const).map((who) => (
          <Paper key={who}>
            <Controller
              control={form.control}
              name={`${who}Location`}
              render={({ field }) => <LevelField who={who} value={field.value} onChange={field.onChange} />}
            />
          </Paper>
        ))}
        <Paper>
          <div className={classes.withConsequence}>
            <TextInput
              label={t('organization.tiles')}
              description={t('organization.tiles-hint')}
              placeholder="https://tiles.example/{z}/{x}/{y}.png"
              inputMode="url"
              autoComplete="off"
              error={errors.tileUrl?.message}
              {...form.register('tileUrl', {
                maxLength: { value: 300, message: t('organization.tiles-long') },
                validate: (text) =>
                  text.trim() === '' || tilePattern.test(text.trim()) || t('organization.tiles-wrong'),
              })}
            />
            <aside className={classes.consequence} aria-live="polite">
              <Text size="sm" fw={600}>
                {t('consequence')}
              </Text>
              <Text size="sm">
                {t(form.watch('tileUrl').trim() ? 'organization.tiles-set' : 'organization.tiles-none')}
              </Text>
            </aside>
          </div>
        </Paper>
        {save.error && <ErrorNotice error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isDirty}>
            {t('save')}
          </Button>
          <Button variant="subtle" color="gray" disabled={!isDirty || save.isPending} onClick={() => form.reset()}>
            {t('discard')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** Who sees how much of locations, with what it means, and where the map comes from. */
export const OrganizationPage = () => {
  const t = useText('admin');
  const may = useMay();
  const settings = useQuery(read(routes.readOrganization, {}));
  const content = () => {
    if (!may('rules.configure')) return <NoPermission what={t('organization.what')} />;
    if (settings.isPending) return <LoadingBlock />;
    if (settings.error) return <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />;
    return <SettingsForm settings={settings.data} />;
  };
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={settings.data?.name ?? t('navigation.organization')} lead={t('organization.lead')} />
      <section aria-label={t('organization.section')}>
        <Title order={2} mb="sm">
          {t('organization.section')}
        </Title>
        {content()}
      </section>
    </div>
  );
};
