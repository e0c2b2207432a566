import { VisuallyHidden } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

type Announce = (text: string, urgency?: 'polite' | 'assertive') => void;
const AnnounceContext = createContext<Announce>(() => undefined);

/** Speaks a sentence to screen readers; `assertive` interrupts and is for SOS only. */
export const useAnnounce = (): Announce => useContext(AnnounceContext);

export const AnnouncerProvider = ({ children }: { readonly children: ReactNode }) => {
  const [spoken, setSpoken] = useState({ polite: '', assertive: '', turn: false });
  const announce = useCallback<Announce>(
    (text, urgency = 'polite') =>
      // The same sentence twice is read twice only if something differs: a no-break space comes and goes.
      setSpoken(({ turn, ...before }) => ({ ...before, [urgency]: turn ? text : `${text}\u00a0`, turn: !turn })),
    [],
  );
  return (
    <AnnounceContext value={announce}>
      {children}
      <VisuallyHidden role="status" aria-live="polite">
        {spoken.polite}
      </VisuallyHidden>
      <VisuallyHidden role="alert" aria-live="assertive">
        {spoken.assertive}
      </VisuallyHidden>
    </AnnounceContext>
  );
};
