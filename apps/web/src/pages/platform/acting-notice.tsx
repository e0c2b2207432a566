import { Button, Text } from '@mantine/core';
import { IconBuildingCommunity } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { actIn, type ActingIn } from '../../api/acting.ts';
import { useText } from '../../i18n/use-text.ts';
import classes from './platform.module.css';

/** Above every page while an account of the platform acts in an organization: it cannot be dismissed, only left. */
export const ActingNotice = ({ organization }: { readonly organization: ActingIn }) => {
  const t = useText('platform');
  const navigate = useNavigate();
  const leave = () => {
    actIn(null);
    void navigate({ to: '/platform' });
  };
  return (
    <div className={classes.acting} role="status">
      <IconBuildingCommunity size={18} stroke={1.7} aria-hidden />
      <Text size="sm" className={classes.actingText ?? ''}>
        {t('acting.notice', { name: organization.name })}
      </Text>
      <Button size="compact-sm" variant="default" onClick={leave}>
        {t('acting.leave')}
      </Button>
    </div>
  );
};
