import { Navigate } from '@tanstack/react-router';
import { LoadingBlock } from '../components/loading-block.tsx';
import { homeOf, useSession } from './session.tsx';

/** `/` belongs to nobody: each role goes to its own first page. */
export const HomePage = () => {
  const { status, profile } = useSession();
  if (profile) return <Navigate to={homeOf(profile.role)} replace />;
  if (status === 'loading') return <LoadingBlock height="100dvh" />;
  return <Navigate to="/sign-in" search={{}} replace />;
};
