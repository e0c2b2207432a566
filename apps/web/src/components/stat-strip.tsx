import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormats } from '../i18n/use-text.ts';
import type { StateKey } from '../states.ts';
import { StateIcon, useStateWord } from './state-badge.tsx';
import classes from './stat-strip.module.css';

export interface Stat<Key extends string> {
  readonly key: Key;
  readonly count: number;
  readonly state?: StateKey;
  /** Needed where there is no state, or another word is meant ("Missing"). */
  readonly label?: string;
  readonly hint?: ReactNode;
}

interface StatStripProps<Key extends string> {
  readonly stats: readonly Stat<Key>[];
  /** The one that filters; null for none. */
  readonly chosen: Key | null;
  readonly onChoose: (key: Key | null) => void;
  readonly label: string;
}

/** A strip of counts, each a filter that is switched on and off. */
export const StatStrip = <Key extends string>({ stats, chosen, onChoose, label }: StatStripProps<Key>) => {
  const formats = useFormats();
  const wordOf = useStateWord();
  return (
    <div className={classes.strip} role="group" aria-label={label}>
      {stats.map(({ key, count, state, label: text, hint }) => (
        <UnstyledButton
          key={key}
          className={classes.stat ?? ''}
          aria-pressed={chosen === key}
          data-state={state}
          data-zero={count === 0 || undefined}
          onClick={() => onChoose(chosen === key ? null : key)}
        >
          <span className={classes.count}>{formats.number(count)}</span>
          <span className={classes.label}>
            {state && <StateIcon state={state} size={14} />}
            <span className="one-line">{text ?? (state ? wordOf(state) : key)}</span>
          </span>
          {hint && <span className={classes.hint}>{hint}</span>}
        </UnstyledButton>
      ))}
    </div>
  );
};
