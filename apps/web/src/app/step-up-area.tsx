import { lazy, Suspense, useEffect, useState } from 'react';
import { askPersonWith } from '../api/step-up.ts';

// Hardly anybody is asked: what asks is fetched when it is needed.
const StepUpDialog = lazy(async () => ({
  default: (await import('../pages/security/step-up-dialog.tsx')).StepUpDialog,
}));

/** Where the question appears that some requests wait for. */
export const StepUpArea = () => {
  const [answer, setAnswer] = useState<((isYou: boolean) => void) | null>(null);
  useEffect(
    () =>
      askPersonWith(
        () =>
          new Promise<boolean>((resolve) => {
            setAnswer(() => (isYou: boolean) => {
              setAnswer(null);
              resolve(isYou);
            });
          }),
      ),
    [],
  );
  if (!answer) return null;
  return (
    <Suspense>
      <StepUpDialog onAnswer={answer} />
    </Suspense>
  );
};
