import type { GeofenceShape, Site, SitePlan } from '@muster/contracts';
import { Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useMemo, useRef, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { newId } from '../../../api/ids.ts';
import { notify } from '../../../app/notify.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { GeofenceEditor } from '../../../map/geofence-editor.tsx';
import { useWriteKey } from '../../staff/use-write-key.ts';
import classes from '../admin.module.css';
import { FenceConsequence } from './fence-consequence.tsx';

/** A geofence as it is being drawn; without a shape it cannot be saved. */
interface Draft {
  readonly id: string;
  readonly name: string;
  readonly shape: GeofenceShape | null;
}

interface FencesFormProps {
  readonly site: Site;
  readonly plan: SitePlan | undefined;
  readonly tileUrl: string | null;
}

const draftsOf = (site: Site): readonly Draft[] =>
  site.geofences.map(({ geofenceId, name, shape }) => ({ id: geofenceId, name, shape }));

/** Saving gives geofences new ids; a draft keeps its own, so that the map under the pointer is not drawn anew. */
const keepingIds = (saved: readonly Draft[], before: readonly Draft[]): readonly Draft[] => {
  const free = [...before];
  return saved.map((draft) => {
    const at = free.findIndex(({ name }) => name.trim() === draft.name);
    const [known] = at < 0 ? [] : free.splice(at, 1);
    return known ? { ...draft, id: known.id } : draft;
  });
};

const useDrafts = (site: Site, firstName: string) => {
  const empty = (): Draft => ({ id: newId(), name: firstName, shape: null });
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    site.geofences.length > 0 ? draftsOf(site) : [empty()],
  );
  const [isDirty, setDirty] = useState(false);
  const set = (next: readonly Draft[]) => {
    setDrafts(next);
    setDirty(true);
  };
  return {
    drafts,
    isDirty,
    change: (id: string, part: Partial<Draft>) =>
      set(drafts.map((draft) => (draft.id === id ? { ...draft, ...part } : draft))),
    add: (name: string) => set([...drafts, { id: newId(), name, shape: null }]),
    remove: (id: string) => set(drafts.filter((draft) => draft.id !== id)),
    take: (saved: Site) => {
      setDrafts((before) => keepingIds(draftsOf(saved), before));
      setDirty(false);
    },
  };
};

const useSave = (site: Site, onSaved: (saved: Site) => void) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  return useMutation({
    mutationFn: (drafts: readonly Draft[]) => {
      const geofences = drafts.flatMap(({ name, shape }) => (shape ? [{ name: name.trim(), shape }] : []));
      const request = { params: { siteId: site.siteId }, body: { geofences } };
      return call(routes.replaceGeofences, request, {
        idempotencyKey: keyOf({ request, before: site.geofences.map(({ geofenceId }) => geofenceId) }),
      });
    },
    onSuccess: async (saved) => {
      onSaved(saved);
      await queries.invalidateQueries({ queryKey: [routes.listSites.operation] });
      void notify({ text: t('fence.saved') });
    },
  });
};

/** Draws the geofences of a site on its map, with what each means beside it. */
export const FencesForm = ({ site, plan, tileUrl }: FencesFormProps) => {
  const t = useText('admin');
  const search = useSearch({ from: '/staff/office/admin/sites/$siteId' });
  const navigate = useNavigate();
  const { drafts, isDirty, change, add, remove, take } = useDrafts(site, site.name);
  const [tried, setTried] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const save = useSave(site, take);
  const place = Math.min(search.fence ?? 0, drafts.length - 1);
  const chosen = drafts[place];
  const edit = (fence: number) =>
    void navigate({
      to: '/admin/sites/$siteId',
      params: { siteId: site.siteId },
      search: { fence: fence || undefined },
      replace: true,
      resetScroll: false,
    });
  const others = useMemo(
    () =>
      drafts.flatMap((draft, index) =>
        draft.shape && index !== place ? [{ name: draft.name, shape: draft.shape }] : [],
      ),
    [drafts, place],
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const wrong = drafts.findIndex(({ name, shape }) => !name.trim() || !shape);
    if (wrong < 0) return save.mutate(drafts);
    edit(wrong);
    if (!drafts[wrong]?.name.trim()) nameField.current?.focus();
    return undefined;
  };
  if (!chosen) return null;
  const isDrawable = chosen.shape?.kind !== 'corridor';
  return (
    <Paper component="form" noValidate onSubmit={submit} aria-label={t('fence.title')}>
      <Title order={2} mb={4}>
        {t('fence.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('fence.lead')}
      </Text>
      <div className={classes.mapColumns}>
        {isDrawable ? (
          <GeofenceEditor
            key={chosen.id}
            center={site.center}
            shape={chosen.shape}
            onChange={(shape) => change(chosen.id, { shape })}
            plan={plan}
            others={others}
            tileUrl={tileUrl}
            height={460}
          />
        ) : (
          <Text size="sm">{t('fence.corridor')}</Text>
        )}
        <Stack>
          {drafts.length > 1 && (
            <div role="group" aria-label={t('fence.list')}>
              <Group gap={6}>
                {drafts.map((draft, index) => (
                  <Button
                    key={draft.id}
                    size="compact-sm"
                    variant={index === place ? 'filled' : 'default'}
                    aria-pressed={index === place}
                    onClick={() => edit(index)}
                  >
                    {draft.name || t('fence.unnamed')}
                  </Button>
                ))}
              </Group>
            </div>
          )}
          <TextInput
            ref={nameField}
            label={t('fence.name')}
            value={chosen.name}
            maxLength={80}
            onChange={(event) => change(chosen.id, { name: event.currentTarget.value })}
            error={tried && !chosen.name.trim() ? t('fence.name-missing') : null}
          />
          {tried && !chosen.shape && (
            <Text size="sm" c="var(--state-outside)" role="alert">
              {t('fence.shape-missing')}
            </Text>
          )}
          <FenceConsequence shape={chosen.shape} />
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} />}
              disabled={drafts.length >= 20}
              onClick={() => {
                add('');
                edit(drafts.length);
              }}
            >
              {t('fence.add')}
            </Button>
            {drafts.length > 1 && (
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => remove(chosen.id)}>
                {t('fence.remove')}
              </Button>
            )}
          </Group>
          {save.error && <ErrorNotice error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!isDirty}>
              {t('fence.save')}
            </Button>
            <Button variant="subtle" color="gray" disabled={!isDirty || save.isPending} onClick={() => take(site)}>
              {t('discard')}
            </Button>
          </Group>
        </Stack>
      </div>
    </Paper>
  );
};
