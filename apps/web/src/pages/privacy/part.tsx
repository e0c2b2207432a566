import { Paper, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

interface PartProps {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page about privacy, with its heading and what it is about. */
export const Part = ({ title, hint, children }: PartProps) => {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id}>
      <Title order={2} size="h3" id={id}>
        {title}
      </Title>
      {hint && (
        <Text size="sm" c="dimmed" mt={2} component="div">
          {hint}
        </Text>
      )}
      <div style={{ marginTop: 'var(--mantine-spacing-sm)' }}>{children}</div>
    </Paper>
  );
};
