import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useNow } from '../../app/clock.ts';
import { homeOf, useProfile } from '../../app/session.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useToday } from './today/use-today.ts';
import { TrackingSign } from './tracking/tracking-sign.tsx';

/** Shows the sign that tracking is on above every page of the member; without the sign nothing is sent. */
const OwnFrame = ({ userId }: { readonly userId: string }) => {
  const { data: today } = useToday(userId, { keepsOnDevice: true });
  const now = useNow();
  const isHome = useLocation({ select: ({ pathname }) => pathname === '/my' });
  const tracking = today?.tracking && Date.parse(today.tracking.until) > now ? today.tracking : null;
  return (
    <>
      {today && tracking && (
        <TrackingSign
          userId={userId}
          timeZone={today.member.timeZone}
          until={tracking.until}
          viewers={tracking.seenBy.length}
          isBrief={!isHome}
        />
      )}
      <Suspense fallback={<LoadingBlock height="60dvh" />}>
        <Outlet />
      </Suspense>
    </>
  );
};

export const MemberFrame = () => {
  const { role, userId } = useProfile();
  if (role !== 'member') return <Navigate to={homeOf(role)} replace />;
  return <OwnFrame userId={userId} />;
};
