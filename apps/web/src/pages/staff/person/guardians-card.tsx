import { Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../../api/client.ts';
import { useFormats, useText, useWord } from '../../../i18n/use-text.ts';
import classes from '../staff.module.css';

/** Whom to call, and what each of them was agreed to see. */
export const GuardiansCard = ({ memberId }: { readonly memberId: string }) => {
  const t = useText('staff');
  const word = useWord();
  const formats = useFormats();
  const guardians = useQuery(read(routes.readGuardianAgreement, { params: { memberId } }));
  const items = guardians.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Paper component="section" aria-label={word('guardian', items.length)}>
      <Title order={3} mb="sm">
        {word('guardian', items.length)}
      </Title>
      <ul className={classes.signals}>
        {items.map((guardian) => (
          <li key={guardian.guardianId} className={classes.signal}>
            <Text size="sm">{guardian.displayName}</Text>
            <Text size="xs" c="dimmed">
              {formats.list([
                t(guardian.isTold ? 'guardians.told' : 'guardians.not-told'),
                ...(guardian.mayCollect ? [t('guardians.collects')] : []),
                t(guardian.liveAgreedAt ? 'guardians.live' : guardian.maySee ? 'guardians.sees' : 'guardians.blind'),
              ])}
            </Text>
          </li>
        ))}
      </ul>
    </Paper>
  );
};
