import { Paper, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useText } from '../../../i18n/use-text.ts';
import classes from '../member.module.css';
import { Section } from '../section.tsx';
import { useRisk } from './use-risk.ts';

/** The own risk in one sentence, with the way to the signals behind it. */
export const RiskLine = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('member');
  const { data: risk, isPending } = useRisk(memberId);
  if (!risk && !isPending) return null;
  const count = risk?.signals.length ?? 0;
  return (
    <Section
      title={t('signals.title')}
      more={
        count > 0 && (
          <Link to="/my/signals" className={classes.more ?? ''}>
            {t('signals.see', { count })}
          </Link>
        )
      }
    >
      <Paper mih={56}>
        {risk && (
          <Text size="sm" {...(risk.level === 'normal' ? { c: 'dimmed' } : {})}>
            {count === 0 ? t('signals.none') : t(`signals.level.${risk.level}`)}
          </Text>
        )}
      </Paper>
    </Section>
  );
};
