import { Text, type TextProps } from '@mantine/core';
import { useNow } from '../app/clock.ts';
import type { Instant } from '../i18n/formats.ts';
import { useFormats } from '../i18n/use-text.ts';
import { Hint } from './hint.tsx';

interface RelativeTimeProps extends TextProps {
  readonly at: Instant;
  /** The zone of the site; it is named where its clock differs from the reader's. */
  readonly timeZone?: string | undefined;
}

/** "3 min ago", with the absolute time on hover and on focus. */
export const RelativeTime = ({ at, timeZone, ...text }: RelativeTimeProps) => {
  const formats = useFormats();
  const now = useNow();
  const absolute = formats.dateTime(at, timeZone);
  return (
    <Hint text={absolute}>
      <Text component="time" span inherit dateTime={new Date(at).toISOString()} {...text}>
        {formats.relative(at, now)}
      </Text>
    </Hint>
  );
};

/** "08:52", in the zone of the site, which is named where its clock differs from the reader's. */
export const ClockTime = ({ at, timeZone, ...text }: RelativeTimeProps) => {
  const formats = useFormats();
  const full = formats.dateTime(at, timeZone);
  const zone = timeZone ? formats.foreignZoneName(at, timeZone) : null;
  return (
    <Hint text={full}>
      <Text component="time" span inherit className="numeric" dateTime={new Date(at).toISOString()} {...text}>
        {formats.time(at, timeZone)}
        {zone && (
          <Text span size="0.8em" c="dimmed">
            {' '}
            {zone}
          </Text>
        )}
      </Text>
    </Hint>
  );
};
