import type { Consent } from '@muster/contracts';
import { Badge, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormats, useText } from '../../i18n/use-text.ts';
import classes from './privacy.module.css';

const colors = { agreed: 'green', declined: 'gray', told: 'blue', withdrawn: 'gray' } as const;

/** Answers, newest first: what was said, by whom, and how it is known. */
export const ConsentRows = ({
  consents,
  action,
}: {
  readonly consents: readonly Consent[];
  readonly action?: (consent: Consent) => ReactNode;
}) => {
  const t = useText('privacy');
  const formats = useFormats();
  return (
    <ul className={classes.rows}>
      {consents.map((consent) => {
        const state = consent.withdrawnAt === null ? consent.answer : 'withdrawn';
        return (
          <li key={consent.consentId}>
            <div className={classes.rowText}>
              <Text fw={550}>
                {consent.memberName}: {t(`purpose.${consent.purpose}`)}
              </Text>
              <Text size="sm" c="dimmed">
                {t(`method.${consent.method}`, {
                  who: consent.givenBy ?? t('somebody'),
                  staff: consent.enteredBy ?? t('somebody'),
                  when: formats.dateTime(consent.givenAt),
                  version: consent.version,
                })}
                {consent.withdrawnAt !== null &&
                  ` ${t('withdrawn-by', {
                    who: consent.withdrawnBy ?? t('somebody'),
                    when: formats.dateTime(consent.withdrawnAt),
                  })}`}
              </Text>
            </div>
            <Badge color={colors[state]} variant="dot" miw="max-content">
              {t(`answer.${state}`)}
            </Badge>
            {action?.(consent)}
          </li>
        );
      })}
    </ul>
  );
};
