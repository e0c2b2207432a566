import { Box } from '@mantine/core';
import { type StateKey, stateLooks } from '../states.ts';
import { useText } from '../i18n/use-text.ts';
import classes from './state-badge.module.css';

/** The icon of a state in its colour; give it a word beside it, or use `StateDot`. */
export const StateIcon = ({ state, size = 16 }: { readonly state: StateKey; readonly size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 16 16"
    className={classes.icon}
    data-state={state}
    aria-hidden="true"
    focusable="false"
  >
    {stateLooks[state].icon.map(({ path, filled, strokeWidth = 1.8, dash }) => (
      <path
        key={path}
        d={path}
        fill={filled ? 'currentColor' : 'none'}
        stroke={filled ? 'none' : 'currentColor'}
        strokeWidth={strokeWidth}
        strokeLinecap="round"
        strokeLinejoin="round"
        strokeDasharray={dash?.join(' ')}
      />
    ))}
  </svg>
);

/** The word of a state in the reader's language and the organization's vocabulary. */
export const useStateWord = (): ((state: StateKey) => string) => {
  const t = useText('components');
  return (state) => t(`state.${state}`);
};

interface StateBadgeProps {
  readonly state: StateKey;
  /** Replaces the state's own word, for example "Late by 7 min". */
  readonly word?: string;
  readonly size?: 'sm' | 'md' | 'lg';
}

/** Icon and word of a state in a pill. */
export const StateBadge = ({ state, word, size = 'md' }: StateBadgeProps) => {
  const wordOf = useStateWord();
  return (
    <span className={classes.badge} data-state={state} data-size={size}>
      <StateIcon state={state} size={size === 'lg' ? 20 : size === 'sm' ? 13 : 15} />
      <span>{word ?? wordOf(state)}</span>
    </span>
  );
};

/** The icon alone, for dense grids; its word is read out and shown on hover. */
export const StateDot = ({
  state,
  word,
  size = 16,
}: {
  readonly state: StateKey;
  readonly word?: string;
  readonly size?: number;
}) => {
  const wordOf = useStateWord();
  const text = word ?? wordOf(state);
  return (
    <Box component="span" role="img" aria-label={text} title={text} className={classes.dot}>
      <StateIcon state={state} size={size} />
    </Box>
  );
};
