import { Link } from '@tanstack/react-router';
import { useNow } from '../../../app/clock.ts';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import type { TrackerStatus } from './tracker.ts';
import { useTracking } from './use-tracking.ts';

interface TrackingSignProps {
  readonly userId: string;
  readonly timeZone: string;
  readonly until: string;
  readonly viewers: number;
  /** Only the first line, on pages that are about something else. */
  readonly isBrief: boolean;
}

const troubles: readonly TrackerStatus['state'][] = ['denied', 'impossible', 'offline'];

const useStatusWords = (status: TrackerStatus): { readonly short: string; readonly advice: string | null } => {
  const t = useText('member');
  const formats = useFormats();
  const now = useNow(5_000);
  switch (status.state) {
    case 'on': {
      const { lastSentAtMs } = status;
      const short =
        lastSentAtMs === null
          ? t('tracking.sending')
          : t('tracking.sent', { duration: formats.duration(Math.max(1_000, now - lastSentAtMs)) });
      return { short, advice: status.isSaving ? t('tracking.saving') : null };
    }
    case 'offline':
      return { short: t('tracking.offline'), advice: t('tracking.kept', { count: status.kept }) };
    case 'denied':
    case 'impossible':
      return { short: t('tracking.not-sent'), advice: t(`tracking.${status.state}`) };
    case 'elsewhere':
      return { short: t('tracking.elsewhere'), advice: null };
    case 'off':
    case 'waiting':
      return { short: t('tracking.waiting'), advice: null };
  }
};

/** That tracking is on, until when and who may see: it cannot be dismissed, and it goes when tracking ends. */
export const TrackingSign = ({ userId, timeZone, until, viewers, isBrief }: TrackingSignProps) => {
  const t = useText('member');
  const formats = useFormats();
  const status = useTracking(userId, true);
  const { short, advice } = useStatusWords(status);
  const isTrouble = troubles.includes(status.state);
  return (
    <section className={classes.sign} aria-label={t('tracking.label')} data-trouble={isTrouble || undefined}>
      <div className={classes.signRow}>
        <span className={classes.beacon} aria-hidden />
        <span className={classes.signTitle}>{t('tracking.on', { time: formats.time(until, timeZone) })}</span>
        <span className={classes.signState}>{short}</span>
      </div>
      {(advice !== null || !isBrief) && (
        <div className={classes.signAdvice}>
          {advice ?? t('tracking.who', { count: viewers })}
          {(status.state === 'denied' || status.state === 'impossible') && (
            <>
              {' '}
              <Link to="/my/phone-apps">{t('tracking.use-app')}</Link>
            </>
          )}
        </div>
      )}
    </section>
  );
};
