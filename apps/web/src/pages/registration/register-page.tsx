import { Navigate, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { homeOf, useSession } from '../../app/session.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { ConfirmDevice } from './confirm-device.tsx';
import { Frame } from './frame.tsx';
import { Registration } from './registration.tsx';

/** Where a code leads: who is signed in confirms the device with it, everybody else gets in by it. */
export const RegisterPage = () => {
  const t = useText('registration');
  const { status, profile } = useSession();
  const token = useLocation({ select: ({ hash }) => hash });
  const [hasRegistered, setRegistered] = useState(false);
  if (status === 'loading') {
    return (
      <Frame title={t('title')}>
        <LoadingBlock height={180} />
      </Frame>
    );
  }
  if (status === 'signed-out' || !profile) return <Registration token={token} onDone={() => setRegistered(true)} />;
  if (hasRegistered) return <Navigate to={homeOf(profile.role)} replace />;
  return <ConfirmDevice profile={profile} token={token} />;
};
