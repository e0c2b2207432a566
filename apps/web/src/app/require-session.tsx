import type { Role } from '@muster/contracts';
import { Center, Container } from '@mantine/core';
import { Navigate, useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingBlock } from '../components/loading-block.tsx';
import { homeOf, useSession } from './session.tsx';

/** Remembers where it was met: while the sign-in page loads, the address is already that page's own. */
const SignInFirst = ({ here }: { readonly here: string }) => {
  const [wanted] = useState(here);
  return <Navigate to="/sign-in" search={{ to: wanted === '/' ? undefined : wanted }} replace />;
};

/** Shows its children to the named roles; sends everyone else to where they belong. */
export const RequireSession = ({
  roles,
  children,
}: {
  readonly roles: readonly Role[];
  readonly children: ReactNode;
}) => {
  const { status, profile, error, retry } = useSession();
  const here = useLocation({ select: (location) => location.href });
  if (status === 'signed-out') return <SignInFirst here={here} />;
  if (status === 'unreachable') {
    return (
      <Center mih="100dvh">
        <Container size="xs">
          <ErrorNotice error={error} onRetry={retry} />
        </Container>
      </Center>
    );
  }
  if (!profile) return <LoadingBlock height="100dvh" />;
  if (!roles.includes(profile.role)) return <Navigate to={homeOf(profile.role)} replace />;
  return children;
};
