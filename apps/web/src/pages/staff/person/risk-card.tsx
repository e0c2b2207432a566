import type { RiskLevel, Signal } from '@muster/contracts';
import { List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText } from '../../../i18n/use-text.ts';
import classes from '../staff.module.css';

const icons: Record<RiskLevel, typeof IconShieldCheck> = {
  normal: IconShieldCheck,
  warning: IconShieldQuestion,
  high: IconAlertTriangle,
  critical: IconAlertTriangle,
};

const SignalEntry = ({ signal, timeZone }: { readonly signal: Signal; readonly timeZone: string }) => {
  const t = useText('staff');
  return (
    <li className={classes.signal}>
      <Text size="sm">{signal.sentence}</Text>
      <Text size="xs" c="dimmed" component="div">
        {t(`signal.${signal.kind}`)} · <RelativeTime at={signal.observedAt} timeZone={timeZone} />
      </Text>
      {signal.innocentExplanations.length > 0 && (
        <details className={classes.innocent}>
          <summary>{t('risk.innocent')}</summary>
          <List size="sm">
            {signal.innocentExplanations.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </details>
      )}
    </li>
  );
};

interface RiskCardProps {
  readonly memberId: string;
  readonly timeZone: string;
  /** How many signals are shown; the others stand on the person's page. */
  readonly most?: number;
}

/** The risk in words, with the evidence behind it and what else may explain it. Never a verdict, never a ranking. */
export const RiskCard = ({ memberId, timeZone, most = Number.POSITIVE_INFINITY }: RiskCardProps) => {
  const t = useText('staff');
  const risk = useQuery(read(routes.readRisk, { params: { memberId } }));
  if (risk.isPending) return <LoadingBlock height={80} />;
  if (risk.error) return <ErrorNotice error={risk.error} onRetry={() => void risk.refetch()} />;
  const { level, signals } = risk.data;
  const Icon = icons[level];
  const shown = signals.slice(0, most);
  return (
    <Stack gap="sm">
      <div className={classes.risk} data-level={level}>
        <Icon size={20} stroke={1.7} aria-hidden />
        <div>
          <Text size="sm" fw={600}>
            {t(`risk.${level}`)}
          </Text>
          <Text size="sm" c="dimmed">
            {t(signals.length === 0 ? 'risk.none' : `risk.${level}-next`)}
          </Text>
        </div>
      </div>
      {shown.length > 0 && (
        <ul className={classes.signals}>
          {shown.map((signal) => (
            <SignalEntry key={signal.signalId} signal={signal} timeZone={timeZone} />
          ))}
        </ul>
      )}
      {signals.length > shown.length && (
        <Text size="sm" c="dimmed">
          {t('risk.more', { count: signals.length - shown.length })}
        </Text>
      )}
    </Stack>
  );
};
