import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './staff.module.css';

interface PageHeadProps {
  readonly title: string;
  /** One sentence on what the page is for, or where and when one is. */
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}

/** The first line of a page: what it is, and what can be done with all of it. */
export const PageHead = ({ title, lead, children }: PageHeadProps) => (
  <header className={classes.head}>
    <title>{`${title} · Muster`}</title>
    <div className={classes.headText}>
      <Title order={1}>{title}</Title>
      {lead && (
        <Text size="sm" c="dimmed" component="div">
          {lead}
        </Text>
      )}
    </div>
    {children && (
      <Group gap="xs" className={classes.headActions ?? ''}>
        {children}
      </Group>
    )}
  </header>
);
