import type { GeofenceShape } from '@muster/contracts';
import { Text } from '@mantine/core';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../admin.module.css';
import { measuresOf, ordinaryAccuracyMeters } from './measures.ts';

/** How large the geofence is, and what that means for the people inside it. */
export const FenceConsequence = ({ shape }: { readonly shape: GeofenceShape | null }) => {
  const t = useText('admin');
  const formats = useFormats();
  if (!shape) {
    return (
      <aside className={classes.consequence}>
        <Text size="sm">{t('fence.nothing-drawn')}</Text>
      </aside>
    );
  }
  const { acrossMeters, narrowestMeters, areaSquareMeters } = measuresOf(shape);
  const area =
    areaSquareMeters < 10_000
      ? `${formats.number(Math.round(areaSquareMeters))} m²`
      : `${formats.number(Math.round(areaSquareMeters / 1000) / 10)} ha`;
  const accuracy = formats.distance(ordinaryAccuracyMeters);
  const isNarrow = narrowestMeters < 2 * ordinaryAccuracyMeters;
  return (
    <aside className={classes.consequence} aria-live="polite">
      <Text size="sm" fw={600}>
        {t('consequence')}
      </Text>
      <ul>
        <li>{t('fence.across', { across: formats.distance(acrossMeters), area })}</li>
        <li>{t('fence.uncertain', { accuracy })}</li>
        {isNarrow && <li>{t('fence.narrow', { accuracy })}</li>}
        <li>{t('fence.from-now')}</li>
      </ul>
    </aside>
  );
};
