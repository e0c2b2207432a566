import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';

/**
 * Loads what an operation reads again, soon, and once for many askings: at a school's eight o'clock everybody scans, and
 * each of them is told of.
 */
export const useReload = (afterMs: number): ((operation: string) => void) => {
  const queries = useQueryClient();
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    };
  }, []);
  return useCallback(
    (operation) => {
      if (timers.current.has(operation)) return;
      const run = () => {
        timers.current.delete(operation);
        void queries.invalidateQueries({ queryKey: [operation] });
      };
      timers.current.set(operation, setTimeout(run, afterMs));
    },
    [queries, afterMs],
  );
};
