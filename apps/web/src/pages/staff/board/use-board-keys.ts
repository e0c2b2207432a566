import { type RefObject, useEffect, useEffectEvent } from 'react';

interface BoardKeys {
  readonly board: RefObject<HTMLElement | null>;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
  readonly onClose: () => void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const rowsOf = (board: HTMLElement | null): HTMLElement[] => [
  ...(board?.querySelectorAll<HTMLElement>('tbody tr[tabindex]') ?? []),
];

/** `j` and `k` walk through the rows, `/` searches, `?` helps, Escape closes; never while something is typed. */
export const useBoardKeys = ({ board, search, onHelp, onClose }: BoardKeys): void => {
  const step = (by: 1 | -1) => {
    const rows = rowsOf(board.current);
    const focused = rows.findIndex((row) => row.contains(document.activeElement));
    const from = focused >= 0 ? focused : rows.findIndex((row) => row.dataset.chosen !== undefined);
    const next = rows[from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
    if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === '/') search.current?.focus();
    else if (event.key === '?') onHelp();
    else if (event.key === 'Escape') return onClose();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
};
