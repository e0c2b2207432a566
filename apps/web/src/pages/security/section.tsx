import { Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

/** One part of the page: what it is for in a sentence, then what is and what can be done. */
export const SecuritySection = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}) => {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id}>
      <Stack gap="sm">
        <div>
          <Title order={2} id={id} size="h3">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        </div>
        {children}
      </Stack>
    </Paper>
  );
};
