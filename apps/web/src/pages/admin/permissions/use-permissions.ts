import type { PermissionOverride } from '@muster/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';

/** What the organization has said, what is about to be said instead, and how to save it. */
export const usePermissions = () => {
  const t = useText('permissions');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const settings = useQuery(read(routes.readPermissions, {}));
  const [draft, setDraft] = useState<readonly PermissionOverride[] | null>(null);
  const kept: readonly PermissionOverride[] = (settings.data?.overrides ?? []).map(
    ({ displayName: _name, ...override }) => override,
  );
  const save = useMutation({
    mutationFn: (overrides: readonly PermissionOverride[]) => {
      const ifMatch = `"${settings.data?.version ?? ''}"`;
      const body = { overrides: [...overrides] };
      return call(routes.replacePermissions, { body }, { ifMatch, idempotencyKey: keyOf({ body, ifMatch }) });
    },
    onSuccess: (saved) => {
      queries.setQueryData(read(routes.readPermissions, {}).queryKey, saved);
      setDraft(null);
      void queries.invalidateQueries({ queryKey: [routes.explainPermissions.operation] });
      void notify({ text: t('saved') });
    },
  });
  return {
    settings,
    said: draft ?? kept,
    isDirty: draft !== null,
    change: setDraft,
    discard: () => setDraft(null),
    save: () => draft !== null && save.mutate(draft),
    isSaving: save.isPending,
    saveError: save.error,
  };
};
export type PermissionsDraft = ReturnType<typeof usePermissions>;
