import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../api/client.ts';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { TeacherCodeButton } from './teacher-code-button.tsx';

interface TeacherCodeSectionProps {
  readonly memberId: string;
  readonly name: string;
}

/** What the code is for, what became of the last one, and the button for a new one. */
export const TeacherCodeSection = ({ memberId, name }: TeacherCodeSectionProps) => {
  const t = useText('registration');
  const formats = useFormats();
  const { data } = useQuery(read(routes.readTeacherCode, { params: { memberId } }));
  const last = data?.newest;
  const words = last && { at: formats.dateTime(last.issuedAt), state: t(`teacher-code.state.${last.state}`) };
  return (
    <Paper component="section" aria-label={t('teacher-code.title')}>
      <Title order={2} mb="sm">
        {t('teacher-code.title')}
      </Title>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('teacher-code.lead', { name })}
        </Text>
        <Group>
          <TeacherCodeButton memberId={memberId} name={name} size="xs" />
        </Group>
        {words && (
          <Text size="xs" c="dimmed">
            {last.issuedBy === null
              ? t('teacher-code.last-nobody', words)
              : t('teacher-code.last', { ...words, name: last.issuedBy })}
          </Text>
        )}
      </Stack>
    </Paper>
  );
};
