import type { AuditEntry } from '@muster/contracts';
import { useMemo } from 'react';
import { useText } from '../../../i18n/use-text.ts';
import { isKnownAction } from './actions.ts';

const objectKinds = [
  'member',
  'user',
  'site',
  'gate',
  'group',
  'organization',
  'session',
  'alert',
  'signal',
  'punch',
  'job',
  'consumer',
];

/** The words of the log in the reader's language; what is unknown stays as it is written. */
export const useAuditWords = () => {
  const t = useText('admin');
  return useMemo(
    () => ({
      action: (action: string): string => (isKnownAction(action) ? t(`action.${action}`) : action),
      object: (kind: string): string => (objectKinds.includes(kind) ? t(`audit.kind.${kind}`) : kind),
      actor: ({ kind, name, role }: AuditEntry['actor']): string =>
        name ?? (kind === 'user' && role ? t(`app:role.${role}`) : t(`audit.actor-${kind}`)),
    }),
    [t],
  );
};
