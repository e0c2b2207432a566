import { Button, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { IconCurrentLocation, IconDoor, IconMapPinOff, IconMapPinCheck, IconMapPinQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import i18next from 'i18next';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useNow } from '../../../app/clock.ts';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { type Located, locate, type PunchFix, toPunchFix } from './position.ts';
import classes from './scan.module.css';
import type { Scanned } from './use-scan.ts';

interface ReadyStepProps {
  readonly scanned: Scanned;
  readonly isReasonRequired: boolean;
  readonly isBusy: boolean;
  readonly isKept: boolean;
  readonly reason: string;
  readonly onReason: (text: string) => void;
  readonly onPunch: (fix: PunchFix | null, reason: string) => void;
  readonly onStartOver: () => void;
  readonly children?: ReactNode;
}

const shortestReason = 3;
const vagueMeters = 100;

const PositionLine = ({ located }: { readonly located: Located }) => {
  const t = useText('scan');
  const formats = useFormats();
  const accuracy = located.best?.coords.accuracy;
  const isVague = accuracy !== undefined && accuracy > vagueMeters;
  const icons = {
    searching: IconCurrentLocation,
    found: isVague ? IconMapPinQuestion : IconMapPinCheck,
    denied: IconMapPinOff,
    none: IconMapPinQuestion,
    impossible: IconMapPinOff,
  } as const;
  const Icon = icons[located.state];
  const tone = located.state === 'found' && !isVague ? 'good' : located.state === 'searching' ? undefined : 'doubt';
  const words =
    located.state === 'found'
      ? t(isVague ? 'position.vague' : 'position.found', { distance: formats.distance(accuracy ?? 0) })
      : t(`position.${located.state}`);
  return (
    <div className={classes.line} data-tone={tone} role="status">
      <Icon size={18} stroke={1.8} aria-hidden />
      <span>{words}</span>
    </div>
  );
};

/** What the next step is, in the reader's language; the server's own sentence knows the times. */
const useNextWords = () => {
  const t = useText('scan');
  return ({ next }: Scanned): string => {
    if (i18next.language === 'en') return next.sentence;
    if (next.direction === null) return t('next.nothing');
    return t(`next.${next.direction}${next.reasonRequired ? '-reason' : ''}`);
  };
};

const useLocated = (): Located => {
  const [located, setLocated] = useState<Located>({ state: 'searching', best: null });
  useEffect(() => locate(setLocated), []);
  return located;
};

/** The gate that was scanned, and the one thing to do there. */
export const ReadyStep = (props: ReadyStepProps) => {
  const { scanned, isReasonRequired, isBusy, isKept, reason, onReason, onPunch, onStartOver, children } = props;
  const t = useText('scan');
  const now = useNow(1_000);
  const located = useLocated();
  const nextWords = useNextWords();
  const [isPressed, setPressed] = useState(false);
  const [isTried, setTried] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const leftMs = Date.parse(scanned.expiresAt) - now;
  const { direction } = scanned.next;
  const isReasonMissing = isReasonRequired && reason.trim().length < shortestReason;
  const isWaiting = isPressed && located.state === 'searching';

  const send = useEffectEvent(() => {
    setPressed(false);
    onPunch(toPunchFix(located), isReasonRequired ? reason.trim() : '');
  });
  // Pressed while the position is still being looked for: it goes out as soon as that has come to an end.
  useEffect(() => {
    if (isPressed && located.state !== 'searching') send();
  }, [isPressed, located.state]);

  const press = () => {
    setTried(true);
    if (isReasonMissing) field.current?.focus();
    else if (!isBusy && !isPressed && !isKept) setPressed(true);
  };

  if (leftMs <= 0 && !isBusy && !isKept) {
    return (
      <Paper>
        <Stack>
          <Title order={2}>{t('expired.title')}</Title>
          <Text size="sm">{t('expired.hint')}</Text>
          <Button size="lg" onClick={onStartOver}>
            {t('again')}
          </Button>
        </Stack>
      </Paper>
    );
  }
  return (
    <Stack>
      <Paper>
        <Stack gap="md">
          <div className={classes.place}>
            <IconDoor size={26} stroke={1.6} aria-hidden />
            <div>
              <Title order={2}>{scanned.gateName}</Title>
              <Text size="sm" c="dimmed">
                {scanned.siteName}
              </Text>
            </div>
          </div>
          <Text role="status">{nextWords(scanned)}</Text>
          {direction && <PositionLine located={located} />}
          {direction && isReasonRequired && (
            <Textarea
              ref={field}
              label={t(`reason.${direction}`)}
              description={t('reason.hint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={reason}
              onChange={(event) => onReason(event.currentTarget.value)}
              autosize
              minRows={2}
              maxRows={5}
              maxLength={500}
              size="md"
              error={isTried && isReasonMissing ? t('reason.missing') : null}
            />
          )}
          {children}
          {direction ? (
            <Button size="lg" h={64} fz="xl" fullWidth loading={isBusy || isWaiting} disabled={isKept} onClick={press}>
              {t(`punch.${direction}`)}
            </Button>
          ) : (
            <Button size="lg" variant="default" renderRoot={(root) => <Link to="/my" {...root} />}>
              {t('to-today')}
            </Button>
          )}
          <Text size="xs" c="dimmed" ta="center" className="numeric">
            {isWaiting ? t('position.waiting') : t('valid-for', { time: clockOf(leftMs) })}
          </Text>
        </Stack>
      </Paper>
      <Button variant="subtle" color="gray" onClick={onStartOver} disabled={isBusy}>
        {t('another')}
      </Button>
    </Stack>
  );
};

const clockOf = (leftMs: number): string => {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
