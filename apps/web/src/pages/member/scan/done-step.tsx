import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconCircleCheck, IconHourglass } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useProfile } from '../../../app/session.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { useFindingWords } from '../today/findings.ts';
import { useToday } from '../today/use-today.ts';
import classes from './scan.module.css';
import type { Punched } from './use-scan.ts';

/** How the punch was judged, what was found, and what follows from it. */
export const DoneStep = ({ punched }: { readonly punched: Punched }) => {
  const t = useText('scan');
  const member = useText('member');
  const formats = useFormats();
  const wordsOf = useFindingWords();
  const { userId } = useProfile();
  const { data: today } = useToday(userId, { keepsOnDevice: true });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { punch } = punched;
  const isHeld = punch.verdict === 'held';
  const hasFindings = punch.findings.length > 0 && punch.verdict !== 'accepted';
  const Icon = isHeld ? IconHourglass : IconCircleCheck;
  const minutes = (count: number) => formats.duration(count * 60_000);
  return (
    <Stack>
      <Paper p={0}>
        <div className={classes.verdict} data-tone={isHeld ? 'doubt' : 'good'}>
          <Icon size={64} stroke={1.4} aria-hidden />
          <Title order={2} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {t(`done.${isHeld ? 'held' : 'accepted'}.${punch.direction}`, {
              time: formats.time(punch.occurredAt, today?.member.timeZone),
            })}
          </Title>
          {punch.lateByMinutes > 0 && <Text>{member('late-by', { duration: minutes(punch.lateByMinutes) })}</Text>}
          {punch.leftEarlyByMinutes > 0 && (
            <Text>{member('early-by', { duration: minutes(punch.leftEarlyByMinutes) })}</Text>
          )}
          <Text size="sm" c="dimmed" maw="22rem">
            {t(`done.next.${isHeld ? 'held-' : ''}${punch.direction}`)}
          </Text>
        </div>
      </Paper>
      {hasFindings && (
        <Paper>
          <Title order={3} mb={4}>
            {t(isHeld ? 'done.why' : 'done.noticed')}
          </Title>
          <ul className={classes.findings}>
            {punch.findings.map((finding) => (
              <li key={`${finding.code} ${finding.sentence}`}>
                <IconAlertCircle size={18} stroke={1.7} aria-hidden />
                <span>{wordsOf(finding)}</span>
              </li>
            ))}
          </ul>
          <Text size="sm" c="dimmed" mt="xs">
            {t('done.seen-alike')}
          </Text>
        </Paper>
      )}
      <Button size="lg" renderRoot={(root) => <Link to="/my" {...root} />}>
        {t('to-today')}
      </Button>
    </Stack>
  );
};
