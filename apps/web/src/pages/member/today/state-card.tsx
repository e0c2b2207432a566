import { Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ClockTime } from '../../../components/relative-time.tsx';
import { StateBadge } from '../../../components/state-badge.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import { type DayPhase, stateOfPhase, type Today } from './day-phase.ts';

/** A phase in words: a headline, and a sentence that says what it means or what comes next. */
export const usePhaseWords = (timeZone: string) => {
  const t = useText('member');
  const formats = useFormats();
  const time = (atMs: number) => formats.time(atMs, timeZone);
  const minutes = (count: number) => formats.duration(count * 60_000);
  return (phase: DayPhase, isOwn: boolean): { readonly headline: string; readonly hint: string | null } => {
    const own = (key: string, values?: Record<string, unknown>) => (isOwn ? t(`phase-hint.${key}`, values) : null);
    const { kind } = phase;
    switch (kind) {
      case 'too-early':
        return { headline: t('phase.too-early', { time: time(phase.opensAtMs) }), hint: null };
      case 'open':
        return { headline: t('phase.open'), hint: own('open', { time: time(phase.lateAtMs) }) };
      case 'late':
        return { headline: t('phase.late'), hint: own('late', { time: time(phase.freeUntilAtMs) }) };
      case 'reason':
        return { headline: t('phase.late'), hint: own('reason', { time: time(phase.closesAtMs) }) };
      case 'waiting':
        return {
          headline: t(`phase.waiting.${phase.direction}`, { time: time(phase.atMs) }),
          hint: own(`waiting.${phase.direction}`),
        };
      case 'here':
        return {
          headline: t('phase.here', { time: time(phase.sinceMs) }),
          hint: phase.lateByMinutes > 0 ? t('late-by', { duration: minutes(phase.lateByMinutes) }) : null,
        };
      case 'outside':
        return { headline: t('phase.outside', { time: time(phase.sinceMs) }), hint: own('outside') };
      case 'silent':
        return { headline: t('phase.silent', { time: time(phase.sinceMs) }), hint: t('phase-hint.silent') };
      case 'left': {
        const remarks = [
          phase.lateByMinutes > 0 ? t('late-by', { duration: minutes(phase.lateByMinutes) }) : null,
          phase.leftEarlyByMinutes > 0 ? t('early-by', { duration: minutes(phase.leftEarlyByMinutes) }) : null,
        ].filter((remark) => remark !== null);
        return { headline: t('phase.left', { time: time(phase.atMs) }), hint: remarks.join(' · ') || null };
      }
      case 'no-exit':
        return { headline: t('phase.no-exit'), hint: own('no-exit') };
      case 'missed':
        return { headline: t('phase.missed'), hint: own('missed') };
      case 'absent':
      case 'excused':
      case 'duty':
      case 'holiday':
      case 'off':
        return { headline: t(`phase.${kind}`), hint: null };
    }
  };
};

/** The state of a phase in a pill; what is over is told as over. */
export const PhaseBadge = ({ phase }: { readonly phase: DayPhase }) => {
  const t = useText('member');
  const state = stateOfPhase(phase);
  const isOver = phase.kind === 'left' || phase.kind === 'no-exit';
  const word = phase.kind === 'waiting' ? t('phase.waiting.badge') : isOver ? t(`phase.over.${state}`) : null;
  return <StateBadge state={state} {...(word === null ? {} : { word })} />;
};

const Plan = ({ plan }: { readonly plan: NonNullable<Today['plan']> }) => {
  const t = useText('member');
  const times = [
    { key: 'opens', at: plan.opensAt },
    { key: 'late', at: plan.lateAt },
    { key: 'exit', at: plan.exitAt },
  ] as const;
  return (
    <dl className={classes.plan} aria-label={t('plan.label')}>
      {times.map(({ key, at }) => (
        <div key={key}>
          <dt>{t(`plan.${key}`)}</dt>
          <dd>
            <ClockTime at={at} timeZone={plan.timeZone} />
          </dd>
        </div>
      ))}
    </dl>
  );
};

interface StateCardProps {
  readonly today: Today;
  readonly phase: DayPhase;
  /** What the card belongs to: the date for oneself, the name for a child. */
  readonly over: ReactNode;
  readonly isOwn: boolean;
  readonly showsPlan?: boolean;
  readonly children?: ReactNode;
}

/** The day in words, in one card. */
export const StateCard = ({ today, phase, over, isOwn, showsPlan = true, children }: StateCardProps) => {
  const wordsOf = usePhaseWords(today.member.timeZone);
  const { headline, hint } = wordsOf(phase, isOwn);
  return (
    <Paper p="md">
      <Stack gap="md">
        <Stack gap={6} align="flex-start" role="status">
          {over}
          <PhaseBadge phase={phase} />
          <Text fz="1.375rem" fw={640} lh={1.25}>
            {headline}
          </Text>
          {hint && <Text c="dimmed">{hint}</Text>}
        </Stack>
        {showsPlan && today.plan && <Plan plan={today.plan} />}
        {children}
      </Stack>
    </Paper>
  );
};
