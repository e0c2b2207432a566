import type { LocationLevel, Timeline } from '@muster/contracts';
import { Button, Group, Text } from '@mantine/core';
import { IconRoute, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { TrackPlayback } from '../../../map/track-playback.tsx';
import { PurposeDialog } from './purpose-dialog.tsx';
import { bandsOf, type Track } from './use-track.ts';
import classes from '../staff.module.css';

interface TrackControlsProps {
  readonly name: string;
  readonly timeZone: string;
  readonly track: Track;
  readonly timeline: Timeline | undefined;
  readonly level: LocationLevel | null;
}

/** Asks for the way of the day, and moves through it. */
export const TrackControls = ({ name, timeZone, track, timeline, level }: TrackControlsProps) => {
  const t = useText('staff');
  const [isAsking, setAsking] = useState(false);
  if (level !== null && level !== 'full') {
    return (
      <Text size="sm" c="dimmed">
        {t(`track.level-${level}`)}
      </Text>
    );
  }
  if (!track.isAsked) {
    return (
      <>
        <Button
          variant="default"
          size="sm"
          leftSection={<IconRoute size={17} stroke={1.7} />}
          onClick={() => setAsking(true)}
          disabled={timeline?.sessions.length === 0}
        >
          {t('track.show')}
        </Button>
        <PurposeDialog name={name} opened={isAsking} onClose={() => setAsking(false)} onPurpose={track.ask} />
      </>
    );
  }
  const close = (
    <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconX size={14} />} onClick={track.close}>
      {t('track.close')}
    </Button>
  );
  if (track.isLoading) return <LoadingBlock height={60} />;
  if (track.error !== null) return <ErrorNotice error={track.error}>{close}</ErrorNotice>;
  if (track.isEmpty) {
    return (
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('track.empty')}
        </Text>
        {close}
      </Group>
    );
  }
  return (
    <div className={classes.track}>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="sm" fw={560}>
          {t('track.of', { name })}
        </Text>
        {close}
      </Group>
      <TrackPlayback
        positions={track.positions}
        bands={bandsOf(timeline, track)}
        fromMs={track.fromMs}
        toMs={track.toMs}
        atMs={track.atMs}
        onAt={track.setAtMs}
        timeZone={timeZone}
      />
    </div>
  );
};
