import { useId, type ReactNode } from 'react';
import classes from './hint.module.css';

interface HintProps {
  readonly text: string;
  readonly children: ReactNode;
  readonly side?: 'top' | 'bottom';
}

/**
 * A short text on hover and on keyboard focus, without script: it costs nothing in a list of hundreds. For longer ones
 * near the window's edge use Mantine's `Tooltip`.
 */
export const Hint = ({ text, children, side = 'top' }: HintProps) => {
  const id = useId();
  return (
    // The hint must be reachable without a mouse, although nothing happens when it is pressed.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <span className={classes.anchor} tabIndex={0} aria-describedby={id}>
      {children}
      <span id={id} role="tooltip" className={classes.hint} data-side={side}>
        {text}
      </span>
    </span>
  );
};
