import { Center, Container } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { ErrorNotice } from '../components/error-notice.tsx';

/** What stands in place of a page that failed to load or to draw. */
export const PageError = ({ error, reset }: { readonly error: unknown; readonly reset: () => void }) => {
  const router = useRouter();
  return (
    <Center mih="60dvh">
      <Container size="xs">
        <ErrorNotice
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </Container>
    </Center>
  );
};
