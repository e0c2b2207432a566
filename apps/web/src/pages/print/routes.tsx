import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/layouts.tsx';

const gateSheetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/print/gate/$gateId',
  component: lazyRouteComponent(() => import('./gate-sheet-page.tsx'), 'GateSheetPage'),
});

export const printRoutes = [gateSheetRoute] as const;
