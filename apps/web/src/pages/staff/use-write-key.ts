import { useRef } from 'react';
import { newId } from '../../api/ids.ts';

/**
 * The Idempotency-Key of a form: pressing again after a lost answer sends the same words under the same key, so it
 * happens once; other words are another request.
 */
export const useWriteKey = (): ((body: unknown) => string) => {
  const sent = useRef<{ readonly words: string; readonly key: string } | null>(null);
  return (body) => {
    const words = JSON.stringify(body);
    if (sent.current?.words !== words) sent.current = { words, key: newId() };
    return sent.current.key;
  };
};
