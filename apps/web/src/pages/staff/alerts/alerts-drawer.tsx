import { Drawer, Text } from '@mantine/core';
import { IconBellCheck } from '@tabler/icons-react';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { AlertCard } from './alert-card.tsx';
import { useOpenAlerts } from './use-open-alerts.ts';
import { LinkButton } from '../links.tsx';
import classes from '../staff.module.css';

/** The open alerts beside whatever is being looked at. */
export const AlertsDrawer = ({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) => {
  const t = useText('staff');
  const alerts = useOpenAlerts();
  const content = () => {
    if (alerts.isPending) return <LoadingBlock />;
    if (alerts.error) return <ErrorNotice error={alerts.error} onRetry={() => void alerts.refetch()} />;
    if (alerts.items.length === 0)
      return <EmptyNotice icon={IconBellCheck} title={t('alerts.none-open')} hint={t('alerts.none-open-hint')} />;
    return (
      <ul className={classes.cards} aria-label={t('alerts.open')}>
        {alerts.items.map((alert) => (
          <AlertCard key={alert.alertId} alert={alert} onLeave={onClose} />
        ))}
      </ul>
    );
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="md"
      title={<Text fw={620}>{t('alerts.open')}</Text>}
      closeButtonProps={{ 'aria-label': t('alerts.close') }}
    >
      {content()}
      <LinkButton to="/staff/alerts" search={{ show: 'all' }} variant="subtle" fullWidth mt="md" onClick={onClose}>
        {t('alerts.all')}
      </LinkButton>
    </Drawer>
  );
};
