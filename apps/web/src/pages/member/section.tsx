import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './member.module.css';

interface SectionProps {
  readonly title: string;
  /** A link to all of it. */
  readonly more?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a phone page, with its heading. */
export const Section = ({ title, more, children }: SectionProps) => {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className={classes.sectionHead}>
        <Title order={2} id={id} size="h3">
          {title}
        </Title>
        {more}
      </div>
      {children}
    </section>
  );
};
