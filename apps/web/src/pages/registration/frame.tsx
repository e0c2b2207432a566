import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { BrandMark } from '../../app/brand.tsx';
import { mainId } from '../../app/skip-link.tsx';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';

interface FrameProps {
  readonly title: string;
  readonly lead?: string | undefined;
  readonly children: ReactNode;
  /** Under the card. */
  readonly below?: ReactNode;
}

/** A page for who may not be signed in: one card, and nothing around it. */
export const Frame = ({ title, lead, children, below }: FrameProps) => (
  <Box mih="100dvh" style={{ display: 'flex', flexDirection: 'column' }}>
    <title>{`${title} · Muster`}</title>
    <Group justify="flex-end" p="sm" gap={4}>
      <LanguageMenu />
      <ColorSchemeToggle />
    </Group>
    <Center component="main" id={mainId} style={{ flex: 1 }} p="md" pb="15vh">
      <Stack w="100%" maw={420} gap="lg">
        <Group gap="sm" wrap="nowrap">
          <Box style={{ flex: 'none' }}>
            <BrandMark size={44} />
          </Box>
          <div>
            <Title order={1} size="h2" lh={1.15}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text size="sm" c="dimmed">
                {lead}
              </Text>
            )}
          </div>
        </Group>
        <Paper p="lg" shadow="xs">
          {children}
        </Paper>
        {below}
      </Stack>
    </Center>
  </Box>
);
