import type { Alert, AlertKind } from '@muster/contracts';
import { Button, Text } from '@mantine/core';
import { IconDoorExit, IconHandStop, IconShieldQuestion } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, routes } from '../../../api/client.ts';
import { newId } from '../../../api/ids.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { StateIcon } from '../../../components/state-badge.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { LinkButton, LinkText } from '../links.tsx';
import classes from '../staff.module.css';

const marks: Record<AlertKind, { readonly icon: ReactNode; readonly tone: string }> = {
  'geo-violation': { icon: <StateIcon state="outside" size={18} />, tone: 'outside' },
  'punch-held': { icon: <IconHandStop size={18} stroke={1.7} />, tone: 'late' },
  'no-exit': { icon: <IconDoorExit size={18} stroke={1.7} />, tone: 'quiet' },
  signal: { icon: <IconShieldQuestion size={18} stroke={1.7} />, tone: 'excused' },
};

/** One key for each alert: pressing twice, or again after a lost answer, is the same acknowledgement. */
const keys = new Map<string, string>();
const keyOf = (alertId: string): string => {
  const key = keys.get(alertId) ?? newId();
  keys.set(alertId, key);
  return key;
};

const Acknowledge = ({ alert }: { readonly alert: Alert }) => {
  const t = useText('staff');
  const queries = useQueryClient();
  const acknowledge = async () => {
    const params = { alertId: alert.alertId };
    await call(routes.acknowledgeAlert, { params }, { idempotencyKey: keyOf(alert.alertId) });
    await Promise.all([
      queries.invalidateQueries({ queryKey: [routes.listAlerts.operation] }),
      queries.invalidateQueries({ queryKey: ['alerts'] }),
    ]);
    void notify({ text: t('alerts.acknowledged-now') });
  };
  return (
    <ConfirmAction
      title={t('alerts.acknowledge-title')}
      consequence={t('alerts.acknowledge-consequence', { name: alert.member.displayName })}
      verb={t('alerts.acknowledge')}
      onConfirm={acknowledge}
    >
      {(open) => (
        <Button size="xs" onClick={open}>
          {t('alerts.acknowledge')}
        </Button>
      )}
    </ConfirmAction>
  );
};

const NextStep = ({ alert, onLeave }: { readonly alert: Alert; readonly onLeave: (() => void) | undefined }) => {
  const t = useText('staff');
  const button = { size: 'xs', variant: 'default', ...(onLeave ? { onClick: onLeave } : {}) } as const;
  const { memberId } = alert.member;
  if (alert.kind === 'punch-held' && alert.resolvedAt === null) {
    return (
      <LinkButton to="/staff/held" {...button}>
        {t('alerts.decide')}
      </LinkButton>
    );
  }
  if (alert.kind === 'geo-violation' && alert.resolvedAt === null) {
    return (
      <LinkButton to="/staff" search={{ member: memberId }} {...button}>
        {t('alerts.on-map')}
      </LinkButton>
    );
  }
  // The name leads to the person.
  return null;
};

/** What happened, to whom, since when, and whether somebody takes care of it. */
export const AlertCard = ({ alert, onLeave }: { readonly alert: Alert; readonly onLeave?: () => void }) => {
  const t = useText('staff');
  const { member } = alert;
  const { icon, tone } = marks[alert.kind];
  return (
    <li className={classes.card}>
      <span className={classes.cardMark} data-tone={tone}>
        {icon}
      </span>
      <div className={classes.cardBody}>
        <Text size="sm" fw={600}>
          {t(`alert.${alert.kind}`)} ·{' '}
          <LinkText
            to="/staff/members/$memberId"
            params={{ memberId: member.memberId }}
            inherit
            {...(onLeave ? { onClick: onLeave } : {})}
          >
            {member.displayName}
          </LinkText>
        </Text>
        <Text size="sm">{alert.sentence}</Text>
        <Text size="xs" c="dimmed" component="div">
          <RelativeTime at={alert.raisedAt} timeZone={member.timeZone} />
          {member.groupName && ` · ${member.groupName}`}
          {alert.resolvedAt && (
            <>
              {' · '}
              {t('alerts.over')} <RelativeTime at={alert.resolvedAt} timeZone={member.timeZone} />
            </>
          )}
          {alert.acknowledgedAt && (
            <>
              {' · '}
              {alert.acknowledgedBy
                ? t('alerts.acknowledged-by', { name: alert.acknowledgedBy })
                : t('alerts.acknowledged')}{' '}
              <RelativeTime at={alert.acknowledgedAt} timeZone={member.timeZone} />
            </>
          )}
        </Text>
      </div>
      <div className={classes.cardActions}>
        <NextStep alert={alert} onLeave={onLeave} />
        {alert.acknowledgedAt === null && <Acknowledge alert={alert} />}
      </div>
    </li>
  );
};
