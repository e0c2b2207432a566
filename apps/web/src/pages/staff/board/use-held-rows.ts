import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { BoardRow } from './board-state.ts';

/** A row with the standing it is sorted by, which may lag behind the one it shows. */
export interface PlacedRow extends BoardRow {
  readonly placedBy: BoardRow;
}

const afterKeysMs = 10_000;
const idOf = ({ member }: BoardRow): string => member.memberId;

/**
 * While somebody points at the list or walks through it with keys, rows keep their places: what they say changes, where
 * they stand does not. `filtersKey` names the filters: a change of them always takes effect.
 */
export const useHeldRows = (every: readonly BoardRow[], filtered: readonly BoardRow[], filtersKey: string) => {
  const [held, setHeld] = useState<{ readonly filtersKey: string; readonly rows: readonly BoardRow[] } | null>(null);
  const isOver = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const release = useCallback(() => !isOver.current && setHeld(null), []);
  const hold = () => {
    clearTimeout(timer.current);
    setHeld((before) => (before?.filtersKey === filtersKey ? before : { filtersKey, rows: filtered }));
  };
  const rows = useMemo((): PlacedRow[] => {
    if (held?.filtersKey !== filtersKey) return filtered.map((row) => ({ ...row, placedBy: row }));
    const byId = new Map(every.map((row) => [idOf(row), row]));
    return held.rows.map((before) => ({ ...(byId.get(idOf(before)) ?? before), placedBy: before }));
  }, [held, filtersKey, filtered, every]);
  return {
    rows,
    handlers: {
      onPointerEnter: () => {
        isOver.current = true;
        hold();
      },
      onPointerLeave: () => {
        isOver.current = false;
        release();
      },
      onKeyDown: () => {
        hold();
        timer.current = setTimeout(release, afterKeysMs);
      },
    },
  };
};
