import { Stack, Text, ThemeIcon } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';

export interface NoticeProps {
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  readonly title: string;
  readonly hint?: ReactNode;
  readonly action?: ReactNode;
  readonly color?: string;
  readonly role?: 'alert' | 'status';
  /** Nothing else stands on the page: the title is its heading. */
  readonly isWholePage?: boolean;
}

/** What the notices share: an icon, what is the matter, the next step. */
export const Notice = ({ icon: Icon, title, hint, action, color = 'gray', role, isWholePage }: NoticeProps) => (
  <Stack align="center" gap="sm" py="xl" px="md" ta="center" {...(role ? { role } : {})}>
    <ThemeIcon size={52} radius="xl" variant="light" color={color}>
      <Icon size={26} stroke={1.6} />
    </ThemeIcon>
    <Stack gap={4} align="center">
      <Text fw={600} size="lg" component={isWholePage ? 'h1' : 'p'}>
        {title}
      </Text>
      {hint && (
        <Text size="sm" c="dimmed" maw="26rem" component="div">
          {hint}
        </Text>
      )}
    </Stack>
    {action}
  </Stack>
);
