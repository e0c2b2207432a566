import type { Permission, Profile, Role, Tie } from '@muster/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { permissions } from 'virtual:contract';
import { actIn, type ActingIn, onActingChange, readActing } from '../api/acting.ts';
import { call, routes, signOut as endSession } from '../api/client.ts';
import { liveConnection } from '../api/live.ts';
import { isProblem } from '../api/problem.ts';
import { forgetTokens, keepProfile, onSessionChange, readKeptProfile, readRefreshToken } from '../api/session-store.ts';
import { VocabularyContext } from '../i18n/use-text.ts';

export interface Session {
  /** `loading` only on the very first start; afterwards the last known profile opens the app without a network. */
  readonly status: 'loading' | 'signed-in' | 'signed-out' | 'unreachable';
  readonly profile: Profile | null;
  /** The organization in which an account of the platform acts; the profile names it as its own. */
  readonly actingIn: ActingIn | null;
  readonly error: unknown;
  signOut(): Promise<void>;
  retry(): void;
}

const SessionContext = createContext<Session | null>(null);
const hasSession = () => readRefreshToken() !== null;

export const SessionProvider = ({ children }: { readonly children: ReactNode }) => {
  const signedIn = useSyncExternalStore(onSessionChange, hasSession);
  const queries = useQueryClient();
  const me = useQuery({
    queryKey: ['session', 'profile'],
    queryFn: async ({ signal }) => {
      const profile = await call(routes.whoAmI, {}, { signal });
      keepProfile(profile);
      return profile;
    },
    enabled: signedIn,
    staleTime: 5 * 60_000,
    initialData: () => (signedIn ? (readKeptProfile() ?? undefined) : undefined),
    initialDataUpdatedAt: 0,
  });
  useEffect(() => {
    if (signedIn) return;
    actIn(null);
    queries.clear();
  }, [signedIn, queries]);
  const acting = useSyncExternalStore(onActingChange, readActing);
  useEffect(
    () =>
      // What was loaded is another organization's.
      onActingChange(() => queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })),
    [queries],
  );
  useEffect(() => {
    if (isProblem(me.error, 'not-signed-in', 'session-ended')) forgetTokens();
  }, [me.error]);

  const { refetch } = me;
  useEffect(() => {
    const reload = (): void => void queries.invalidateQueries();
    return signedIn ? liveConnection.onAccessChanged(reload) : undefined;
  }, [signedIn, queries]);
  const own = signedIn ? (me.data ?? null) : null;
  const actingIn = own?.role.startsWith('platform_') ? acting : null;
  const profile = useMemo(() => (own && actingIn ? inOrganization(own, actingIn) : own), [own, actingIn]);
  const status = !signedIn ? 'signed-out' : profile ? 'signed-in' : me.error ? 'unreachable' : 'loading';
  const session = useMemo<Session>(
    () => ({ status, profile, actingIn, error: me.error, signOut: endSession, retry: () => void refetch() }),
    [status, profile, actingIn, me.error, refetch],
  );
  return (
    <SessionContext value={session}>
      <VocabularyContext value={profile?.organization.vocabulary ?? 'campus'}>{children}</VocabularyContext>
    </SessionContext>
  );
};

const inOrganization = (profile: Profile, { orgId, name, slug, vocabulary }: ActingIn): Profile => ({
  ...profile,
  organization: { id: orgId, name, slug, vocabulary },
});

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it');
  return session;
};

/** Who is signed in; only for pages behind a layout that asks for it. */
export const useProfile = (): Profile => {
  const { profile } = useSession();
  if (!profile) throw new Error('useProfile is for pages that need a session');
  return profile;
};

/** What the signed-in user may do, as the server said it last; it decides, this only hides what would be refused. */
export const useMay = (): ((permission: Permission) => boolean) => {
  const { profile } = useSession();
  return (permission) => profile !== null && tiesOf(profile, permission).length > 0;
};

/** A profile that was kept by an older version says nothing of permissions. */
const tiesOf = ({ role, permissions: held }: Profile, permission: Permission): readonly Tie[] =>
  held === undefined
    ? ((permissions[permission] as Partial<Record<Role, readonly Tie[]>>)[role] ?? [])
    : (held[permission] ?? []);

/** Where each role starts. */
export const homeOf = (role: Role): '/my' | '/family' | '/staff' | '/admin' | '/platform' => {
  if (role === 'member') return '/my';
  if (role === 'guardian') return '/family';
  if (role.startsWith('platform_')) return '/platform';
  return role === 'supervisor' ? '/staff' : '/admin';
};
