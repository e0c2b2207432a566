import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/layouts.tsx';

const createGalleryRoute = () =>
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/dev/gallery',
    component: lazyRouteComponent(() => import('./gallery-page.tsx'), 'GalleryPage'),
  });

/** Every component in every state, with invented data. Built only for development and when asked for. */
export const galleryRoutes =
  import.meta.env.DEV || import.meta.env.MUSTER_WEB_GALLERY === 'yes'
    ? ([createGalleryRoute()] as const)
    : ([] as const);
