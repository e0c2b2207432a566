import type { SeenPosition } from '@muster/contracts';
import { ActionIcon, Group, SegmentedControl, Text } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import { useFormats, useText } from '../i18n/use-text.ts';
import classes from './track-playback.module.css';
import { placeAtInstant } from './track.ts';

/** A stretch of the day that is marked on the scrubber. */
export interface PlaybackBand {
  readonly kind: 'inside' | 'outside' | 'silent';
  readonly fromMs: number;
  readonly toMs: number;
}

interface TrackPlaybackProps {
  /** Sorted by time. */
  readonly positions: readonly SeenPosition[];
  readonly bands?: readonly PlaybackBand[];
  readonly fromMs: number;
  readonly toMs: number;
  /** The instant that is looked at; give it to `TrackLayer` as well. */
  readonly atMs: number;
  readonly onAt: (atMs: number) => void;
  readonly timeZone: string;
}

const speeds = [60, 300, 900] as const;
const minuteMs = 60_000;

/** Moves the instant on while playing: `speed` seconds of the day in each second. */
const usePlaying = (
  isPlaying: boolean,
  speed: number,
  atMs: number,
  toMs: number,
  onAt: (atMs: number) => void,
  stop: () => void,
) => {
  useEffect(() => {
    if (!isPlaying) return undefined;
    let before = performance.now();
    const frame = requestAnimationFrame((now) => {
      const next = Math.min(toMs, atMs + Math.min(200, now - before) * speed);
      before = now;
      onAt(next);
      if (next >= toMs) stop();
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, atMs, toMs, onAt, stop]);
};

/** The day as a scrubber with play and pause; outside is marked red, silence is dashed. */
export const TrackPlayback = ({ positions, bands = [], fromMs, toMs, atMs, onAt, timeZone }: TrackPlaybackProps) => {
  const t = useText('map');
  const formats = useFormats();
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(300);
  const stop = useMemo(() => () => setPlaying(false), []);
  usePlaying(isPlaying, speed, atMs, toMs, onAt, stop);
  const place = placeAtInstant(positions, atMs);
  const percent = (at: number) =>
    `${(100 * (Math.min(toMs, Math.max(fromMs, at)) - fromMs)) / Math.max(1, toMs - fromMs)}%`;
  const moveTo = (next: number) => onAt(Math.min(toMs, Math.max(fromMs, next)));
  const toggle = () => {
    if (!isPlaying && atMs >= toMs) onAt(fromMs);
    setPlaying(!isPlaying);
  };
  const press = (event: KeyboardEvent) => {
    const step = (event.shiftKey ? 10 : 1) * minuteMs;
    if (event.key === ' ') toggle();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') moveTo(atMs + step);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') moveTo(atMs - step);
    else if (event.key === 'Home') moveTo(fromMs);
    else if (event.key === 'End') moveTo(toMs);
    else return;
    event.preventDefault();
  };
  const time = formats.time(atMs, timeZone);
  return (
    <div className={classes.playback} role="group" aria-label={t('playback.label')}>
      <ActionIcon size="lg" radius="xl" aria-label={t(isPlaying ? 'playback.pause' : 'playback.play')} onClick={toggle}>
        {isPlaying ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
      </ActionIcon>
      <div className={classes.body}>
        <div className={classes.rail}>
          {bands.map((band) => (
            <span
              key={`${band.kind} ${band.fromMs}`}
              className={classes.band}
              data-kind={band.kind}
              style={{ left: percent(band.fromMs), right: `calc(100% - ${percent(band.toMs)})` }}
            />
          ))}
          <input
            type="range"
            className={classes.range}
            min={fromMs}
            max={toMs}
            step={1000}
            value={atMs}
            aria-label={t('playback.position')}
            aria-valuetext={time}
            title={t('playback.keys')}
            onChange={(event) => moveTo(Number(event.currentTarget.value))}
            onKeyDown={press}
          />
        </div>
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Text size="xs" c="dimmed" className="numeric">
            {formats.time(fromMs, timeZone)}
          </Text>
          <Text size="sm" fw={600} className="numeric" aria-live="off">
            {formats.timeWithSeconds(atMs, timeZone)}
            {place?.isGap && (
              <Text span size="xs" c="dimmed" fw={450}>
                {' · '}
                {t('playback.silent', { time: formats.time(place.fixedAtMs, timeZone) })}
              </Text>
            )}
          </Text>
          <Text size="xs" c="dimmed" className="numeric">
            {formats.time(toMs, timeZone)}
          </Text>
        </Group>
      </div>
      <SegmentedControl
        size="xs"
        aria-label={t('playback.speed')}
        value={String(speed)}
        onChange={(value) => setSpeed(Number(value))}
        data={speeds.map((value) => ({ value: String(value), label: t('playback.speed-value', { times: value }) }))}
      />
    </div>
  );
};
