import { lazy, Suspense } from 'react';
import { useText } from '../i18n/use-text.ts';
import classes from './map.module.css';
import type { SiteMapProps } from './site-map-content.tsx';

export type { SiteMapProps } from './site-map-content.tsx';

const Content = lazy(async () => ({ default: (await import('./site-map-content.tsx')).SiteMapContent }));

/**
 * The map of a site: base map, site plan, geofences, gates, people. Its code is fetched when it is first shown; the
 * room it will take is kept free, so that nothing jumps.
 */
export const SiteMap = (props: SiteMapProps) => {
  const t = useText('map');
  return (
    <Suspense
      fallback={
        <div className={classes.placeholder} style={{ height: props.height ?? '100%' }} role="status" aria-busy="true">
          {t('loading')}
        </div>
      }
    >
      <Content {...props} />
    </Suspense>
  );
};
