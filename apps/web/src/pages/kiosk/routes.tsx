import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/layouts.tsx';

const component = lazyRouteComponent(() => import('./kiosk-page.tsx'), 'KioskPage');

/** The screen at a gate; its secret stands behind `#`, which browsers send to nobody. */
const kioskRoute = createRoute({ getParentRoute: () => rootRoute, path: '/kiosk', component });
const gateKioskRoute = createRoute({ getParentRoute: () => rootRoute, path: '/kiosk/$gateId', component });

export const kioskRoutes = [kioskRoute, gateKioskRoute] as const;
