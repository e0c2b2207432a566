import { Outlet } from '@tanstack/react-router';
import { useNavigation } from '../../../app/use-navigation.ts';
import { AlertBell } from './alert-bell.tsx';

/** Every page of the staff, with the alerts above it for those who have a page of them. */
export const AlertWatch = () => {
  const hasAlerts = useNavigation().some(({ to }) => to === '/staff/alerts');
  return (
    <>
      {hasAlerts && <AlertBell />}
      <Outlet />
    </>
  );
};
