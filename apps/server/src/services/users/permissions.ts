import { overrideFault, type PermissionOverride, type permissionRoutes } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { requireVersion, versionOf } from '../../platform/http/versions.ts';
import { auditChange } from './audit-change.ts';
import * as store from './permissions-store.ts';

type Routes = typeof permissionRoutes;

export const readPermissions: Verb<Routes['readPermissions']> = async (tx) => shown(await store.readOverrides(tx));

/** What stays stays as it was set, by whom and when; only what came or went is told and entered in the log. */
export const replacePermissions =
  ({ events }: { readonly events: Pick<EventBus, 'append'> }): Verb<Routes['replacePermissions']> =>
  async (tx, { body: { overrides: wanted } }, call) => {
    const { orgId, userId } = call.actor;
    await store.lockOverrides(tx);
    const before = await store.readOverrides(tx);
    requireVersion(call, shown(before).version);
    await requireSense(tx, wanted);
    const wantedLines = new Set(wanted.map(lineOf));
    const beforeLines = new Set(before.map(lineOf));
    const gone = before.filter((each) => !wantedLines.has(lineOf(each)));
    const come = wanted.filter((each) => !beforeLines.has(lineOf(each)));
    if (gone.length > 0) await store.deleteOverrides(tx, gone);
    if (come.length > 0) await store.insertOverrides(tx, orgId, come, { userId, at: call.at });
    if (gone.length + come.length > 0) {
      await events.append(tx, orgId, changesFor([...gone, ...come]));
      const detail = { set: come.map(inWords), removed: gone.map(inWords) };
      await auditChange(tx, call, 'permissions.changed', { kind: 'organization', id: orgId }, detail);
    }
    return shown(await store.readOverrides(tx));
  };

const shown = (overrides: Awaited<ReturnType<typeof store.readOverrides>>) => ({
  version: versionOf(overrides.map(lineOf)),
  overrides,
});

const keyOf = ({ subject, permission, effect }: PermissionOverride): string =>
  `${subject.kind === 'role' ? subject.role : subject.userId} ${effect} ${permission}`;

/** The same line, the same override. */
const lineOf = (override: PermissionOverride): string => `${keyOf(override)} ${override.ties.toSorted().join()}`;

const inWords = ({ subject, permission, effect, ties }: PermissionOverride) => ({
  ...(subject.kind === 'role' ? { role: subject.role } : { userId: subject.userId }),
  permission,
  effect,
  ties,
});

/** Whoever it is about asks anew what they may be told: everybody, where a role was changed. */
const changesFor = (overrides: readonly PermissionOverride[]) => {
  const users = overrides.map(({ subject }) => (subject.kind === 'user' ? subject.userId : null));
  const concerned = users.includes(null) ? [null] : [...new Set(users)];
  return concerned.map((userId) => ({
    type: 'users.access-changed' as const,
    key: userId ?? 'everybody',
    payload: { userId },
  }));
};

const faultSentences = {
  fixed: 'is as it is for everyone: it cannot be granted or denied',
  unattainable: 'cannot be held through these ties by this role',
} as const;

/** @throws Problem `request-invalid` that names each override that could not have the effect that it asks for */
const requireSense = async (tx: Tx, overrides: readonly PermissionOverride[]): Promise<void> => {
  const userIds = overrides.flatMap(({ subject }) => (subject.kind === 'user' ? [subject.userId] : []));
  const accounts = await store.readAccounts(tx, userIds);
  const roleOf = new Map(accounts.map((account) => [account.userId, account.role]));
  const known = new Set<string>();
  const fields = overrides.flatMap((override, index) => {
    const { subject } = override;
    const holder = subject.kind === 'role' ? subject.role : roleOf.get(subject.userId);
    const isTwice = known.has(keyOf(override));
    known.add(keyOf(override));
    const fault = holder === undefined ? null : overrideFault(override, holder);
    const message =
      holder === undefined
        ? 'is for nobody of this organization'
        : isTwice
          ? 'is said twice'
          : fault === null
            ? null
            : faultSentences[fault];
    return message === null ? [] : [{ path: `body.overrides.${index}`, message }];
  });
  if (fields.length > 0) throw problem('request-invalid', { fields });
};
