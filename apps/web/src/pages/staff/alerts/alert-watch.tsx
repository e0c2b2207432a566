import { Outlet } from '@tanstack/react-router';
import { useMay } from '../../../app/session.tsx';
import { AlertBell } from './alert-bell.tsx';

/** Every page of the staff, with the alerts above it. */
export const AlertWatch = () => {
  const may = useMay();
  return (
    <>
      {may('alerts.handle') && <AlertBell />}
      <Outlet />
    </>
  );
};
