import { Navigate, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { homeOf, useProfile } from '../../app/session.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';

/** The pages of guardians; everyone else is sent to their own. */
export const GuardianFrame = () => {
  const { role } = useProfile();
  if (role !== 'guardian') return <Navigate to={homeOf(role)} replace />;
  return (
    <Suspense fallback={<LoadingBlock height="60dvh" />}>
      <Outlet />
    </Suspense>
  );
};
