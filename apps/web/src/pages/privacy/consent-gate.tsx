import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useProfile } from '../../app/session.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useOwnPrivacy } from './use-own-privacy.ts';

const ConsentPage = lazy(async () => ({ default: (await import('./consent-page.tsx')).ConsentPage }));

/** On this device nothing was left to answer when it was last asked: the page need not wait to be shown. */
const keyOf = (userId: string): string => `muster.consent-answered.${userId}`;

/**
 * Before anything else: what the organization does with data, and what somebody agrees to, for themselves or for their
 * children. Without a network, or where it cannot be asked, nobody is kept out of what they may see.
 */
export const ConsentGate = ({ children }: { readonly children: ReactNode }) => {
  const { userId, role } = useProfile();
  const isAsked = role === 'member' || role === 'guardian';
  const { query } = useOwnPrivacy(isAsked);
  const { data } = query;
  const isOpen = data !== undefined && data.awaiting.length > 0;
  useEffect(() => {
    if (data === undefined) return;
    if (isOpen) localStorage.removeItem(keyOf(userId));
    else localStorage.setItem(keyOf(userId), '1');
  }, [data, isOpen, userId]);
  if (!isAsked) return children;
  if (query.isPending && localStorage.getItem(keyOf(userId)) === null) return <LoadingBlock height="100dvh" />;
  if (!isOpen) return children;
  return (
    <Suspense fallback={<LoadingBlock height="100dvh" />}>
      <ConsentPage privacy={data} />
    </Suspense>
  );
};
