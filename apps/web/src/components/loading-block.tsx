import { Center, Loader, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';

interface LoadingBlockProps {
  readonly height?: string | number;
  /** What is being loaded, for waits that may be long. */
  readonly label?: string;
}

/** Appears only after a fifth of a second: what loads at once does not flicker. */
export const LoadingBlock = ({ height = 160, label }: LoadingBlockProps) => {
  const t = useText('components');
  const [isShown, setShown] = useState(false);
  useTimeout(() => setShown(true), 200, { autoInvoke: true });
  return (
    <Center mih={height} role="status" aria-busy="true">
      {isShown && (
        <Stack align="center" gap="xs">
          <Loader />
          {label ? (
            <Text size="sm" c="dimmed">
              {label}
            </Text>
          ) : (
            <VisuallyHidden>{t('loading')}</VisuallyHidden>
          )}
        </Stack>
      )}
    </Center>
  );
};
