import type { RouteAnswer } from '@muster/contracts';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { routes } from '../../../api/client.ts';
import { useNow } from '../../../app/clock.ts';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import classes from '../staff.module.css';

export type Today = RouteAnswer<typeof routes.readToday>;

export const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className={classes.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** What was planned, what came of it, and who can see the position until when. */
export const TodayFacts = ({ today }: { readonly today: Today }) => {
  const t = useText('staff');
  const formats = useFormats();
  const now = useNow(60_000);
  const { plan, day, tracking } = today;
  const zone = today.member.timeZone;
  const time = (at: string) => formats.time(at, zone);
  const workedMs = day.tracking && day.enteredAt ? now - Date.parse(day.enteredAt) : day.workedMinutes * 60_000;
  return (
    <dl className={classes.facts}>
      <Fact name={t('facts.planned')}>
        {plan ? `${time(plan.entryAt)} – ${time(plan.exitAt)}` : t('facts.nothing-planned')}
      </Fact>
      <Fact name={t('facts.entered')}>
        {day.enteredAt ? time(day.enteredAt) : t('facts.not-yet')}
        {day.lateByMinutes > 0 && (
          <Text span size="sm" c="dimmed">
            {' · '}
            {t('day.late', { duration: formats.duration(day.lateByMinutes * 60_000) })}
          </Text>
        )}
      </Fact>
      {day.enteredAt && <Fact name={t('facts.left')}>{day.exitedAt ? time(day.exitedAt) : t('facts.not-yet')}</Fact>}
      {day.enteredAt && <Fact name={t('facts.stayed')}>{formats.duration(workedMs)}</Fact>}
      {tracking && (
        <Fact name={t('facts.tracking')}>
          {t('facts.tracking-until', { time: time(tracking.until) })}
          <Text size="xs" c="dimmed" mt={4}>
            {t('facts.seen-by')}
          </Text>
          <ul className={classes.seenBy}>
            {tracking.seenBy.map((who) => (
              <li key={who}>{who}</li>
            ))}
          </ul>
        </Fact>
      )}
    </dl>
  );
};
