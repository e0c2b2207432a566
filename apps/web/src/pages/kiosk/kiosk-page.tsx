import {
  IconArrowsMaximize,
  IconClockExclamation,
  IconMoon,
  IconQrcodeOff,
  IconSun,
  IconWifi,
  IconWifiOff,
} from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { QrCode } from '../../components/qr-code.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import classes from './kiosk.module.css';
import { useQuietUpdate, useTouched, useWakeLock } from './stay-awake.ts';
import { type Kiosk, useKiosk } from './use-kiosk.ts';

/** A clock that is wrong by less is nobody's business: codes follow the server's. */
const clockTroubleMs = 30_000;
const schemeKey = 'muster.kiosk-scheme';

/** The secret stands behind `#`: it is sent to nobody, and a bookmark keeps it. */
const readSecret = (): string => window.location.hash.slice(1);
const onHashChange = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

const useScheme = () => {
  const [scheme, setScheme] = useState(() => (localStorage.getItem(schemeKey) === 'light' ? 'light' : 'dark'));
  return {
    scheme,
    change: () => {
      const next = scheme === 'dark' ? 'light' : 'dark';
      localStorage.setItem(schemeKey, next);
      setScheme(next);
    },
  };
};

const hourAt = (nowMs: number, timeZone: string): number =>
  Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(nowMs));

/** How much of the step is left; it moves once a second and glides between. */
const StepBar = ({ kiosk }: { readonly kiosk: Kiosk }) => {
  const { code, time } = kiosk;
  if (!code || !time) return <div className={classes.bar} />;
  const from = Date.parse(code.validFrom);
  const until = Date.parse(code.validUntil);
  const left = Math.max(0, Math.min(1, (until - time.nowMs - 1_000) / (until - from)));
  return (
    <div className={classes.bar} aria-hidden>
      <span key={code.validFrom} style={{ transform: `scaleX(${left})` }} />
    </div>
  );
};

const NoCode = ({ kiosk }: { readonly kiosk: Kiosk }) => {
  const t = useText('kiosk');
  const formats = useFormats();
  const kind =
    kiosk.network === 'unlinked'
      ? 'unlinked'
      : kiosk.network === 'starting'
        ? 'starting'
        : kiosk.time && !kiosk.time.isSure
          ? 'checking'
          : 'no-code';
  const since =
    kiosk.heardAtMs !== null && kiosk.gate
      ? t('silent-since', { time: formats.timeWithSeconds(kiosk.heardAtMs, kiosk.gate.timeZone) })
      : null;
  return (
    <div className={classes.none} role="alert">
      {kind !== 'starting' && <IconQrcodeOff size="22%" stroke={1.2} aria-hidden />}
      <p className={classes.noneTitle}>{t(`none.${kind}.title`)}</p>
      <p>{t(`none.${kind}.hint`)}</p>
      {kind === 'no-code' && since && <p className={classes.quiet}>{since}</p>}
    </div>
  );
};

const Signs = ({ kiosk }: { readonly kiosk: Kiosk }) => {
  const t = useText('kiosk');
  const formats = useFormats();
  const aheadMs = kiosk.time?.deviceAheadMs ?? 0;
  const isSilent = kiosk.network === 'silent';
  const Icon = isSilent ? IconWifiOff : IconWifi;
  return (
    <ul className={classes.signs}>
      <li data-trouble={isSilent || undefined} role="status">
        <Icon size="1.4em" stroke={1.8} aria-hidden />
        {t(isSilent ? (kiosk.code ? 'network.silent' : 'network.gone') : 'network.fine')}
      </li>
      {Math.abs(aheadMs) > clockTroubleMs && (
        <li data-trouble>
          <IconClockExclamation size="1.4em" stroke={1.8} aria-hidden />
          {t(aheadMs > 0 ? 'clock.ahead' : 'clock.behind', { duration: formats.duration(Math.abs(aheadMs)) })}
        </li>
      )}
    </ul>
  );
};

const Controls = ({ scheme, onScheme }: { readonly scheme: string; readonly onScheme: () => void }) => {
  const t = useText('kiosk');
  const isTouched = useTouched();
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const change = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', change);
    return () => document.removeEventListener('fullscreenchange', change);
  }, []);
  const SchemeIcon = scheme === 'dark' ? IconSun : IconMoon;
  return (
    <div className={classes.controls} data-hidden={!isTouched || undefined}>
      <button type="button" onClick={onScheme}>
        <SchemeIcon size={18} stroke={1.7} aria-hidden />
        {t(scheme === 'dark' ? 'light' : 'dark')}
      </button>
      {!isFull && document.fullscreenEnabled && (
        <button type="button" onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}>
          <IconArrowsMaximize size={18} stroke={1.7} aria-hidden />
          {t('full-screen')}
        </button>
      )}
    </div>
  );
};

/** The screen at a gate: a code that changes, large enough to be read from three meters. */
export const KioskPage = () => {
  const t = useText('kiosk');
  const formats = useFormats();
  const secret = useSyncExternalStore(onHashChange, readSecret);
  const kiosk = useKiosk(secret);
  const { scheme, change } = useScheme();
  const isTouched = useTouched();
  const { gate, time, code } = kiosk;
  useWakeLock();
  useQuietUpdate(
    time?.nowMs ?? null,
    time && gate ? hourAt(time.nowMs, gate.timeZone) : null,
    kiosk.network === 'fine' && !isTouched,
  );
  useEffect(() => {
    document.title = gate ? `${gate.gateName} · Muster` : 'Muster';
  }, [gate]);
  return (
    <main className={classes.kiosk} data-scheme={scheme} data-idle={!isTouched || undefined}>
      <div className={classes.code}>
        {code ? (
          <div className={classes.paper}>
            <QrCode text={code.text} label={t('code-label', { gate: gate?.gateName ?? '' })} correction="M" />
          </div>
        ) : (
          <NoCode kiosk={kiosk} />
        )}
        <StepBar kiosk={kiosk} />
      </div>
      <div className={classes.words}>
        <header>
          <h1 className={classes.gate}>{gate?.gateName ?? 'Muster'}</h1>
          {gate && <p className={classes.site}>{gate.siteName}</p>}
        </header>
        {gate && time && (
          <p className={classes.clock}>
            <time dateTime={new Date(time.nowMs).toISOString()}>
              {formats.timeWithSeconds(time.nowMs, gate.timeZone)}
            </time>
            <span>{formats.longDay(time.nowMs, gate.timeZone)}</span>
          </p>
        )}
        {code && (
          <div>
            <p className={classes.how}>{t('how')}</p>
            <p className={classes.typedLabel}>{t('typed')}</p>
            <p className={classes.typed}>{code.typed}</p>
          </div>
        )}
        <Signs kiosk={kiosk} />
      </div>
      <Controls scheme={scheme} onScheme={change} />
    </main>
  );
};
