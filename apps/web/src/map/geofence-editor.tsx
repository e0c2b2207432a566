import { lazy, Suspense } from 'react';
import { LoadingBlock } from '../components/loading-block.tsx';
import { useText } from '../i18n/use-text.ts';
import type { GeofenceEditorProps } from './geofence-editor-content.tsx';

export type { GeofenceEditorProps } from './geofence-editor-content.tsx';

const Content = lazy(async () => ({ default: (await import('./geofence-editor-content.tsx')).GeofenceEditorContent }));

/** Draws and edits one geofence, a circle or a polygon; the drawing tools are fetched when it is first shown. */
export const GeofenceEditor = (props: GeofenceEditorProps) => {
  const t = useText('map');
  return (
    <Suspense fallback={<LoadingBlock height={props.height ?? 420} label={t('loading')} />}>
      <Content {...props} />
    </Suspense>
  );
};
