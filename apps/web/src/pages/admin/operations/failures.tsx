import type { DeadLetter, FailedJob } from '@muster/contracts';
import { Button, Group, Text, Title } from '@mantine/core';
import { IconMailX, IconRefresh, IconStack2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useText } from '../../../i18n/use-text.ts';
import staff from '../../staff/staff.module.css';
import classes from '../admin.module.css';
import { operationsReads, useNames } from './use-names.ts';

/** Asks first, then does it, says what came of it and looks again. `run` resolves with how many were still there. */
interface TryAgainProps {
  readonly kind: 'job' | 'letter';
  readonly count: number;
  /** The name of the one. */
  readonly name?: string;
  readonly run: () => Promise<number>;
}

const TryAgain = ({ kind, count, name, run }: TryAgainProps) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const verb = t(`operations.${name === undefined ? `${kind}-retry-all` : `${kind}-retry`}`, { count });
  const confirm = async () => {
    try {
      const asked = await run();
      void notify({ text: t(asked === 0 ? 'operations.gone' : `operations.${kind}-retried`, { count: asked }) });
    } finally {
      await Promise.all(operationsReads.map((operation) => queries.invalidateQueries({ queryKey: [operation] })));
    }
  };
  return (
    <ConfirmAction
      title={t(`operations.${kind}-title`, { count })}
      consequence={t(`operations.${kind}-consequence`, { count, name })}
      verb={verb}
      onConfirm={confirm}
    >
      {(ask) => (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={15} stroke={1.8} aria-hidden />}
          onClick={ask}
          {...(name === undefined ? {} : { 'aria-label': `${verb}: ${name}` })}
        >
          {verb}
        </Button>
      )}
    </ConfirmAction>
  );
};

interface ListProps {
  readonly title: string;
  readonly lead: string;
  readonly shown: number;
  readonly total: number;
  readonly all: ReactNode;
  readonly children: ReactNode;
}

const List = ({ title, lead, shown, total, all, children }: ListProps) => {
  const t = useText('admin');
  return (
    <section aria-label={title}>
      <Group justify="space-between" align="flex-end" mb="sm">
        <div className={classes.siteName}>
          <Title order={2}>{title}</Title>
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        </div>
        {shown > 1 && all}
      </Group>
      <ul className={staff.cards}>{children}</ul>
      {total > shown && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('operations.more', { count: total - shown })}
        </Text>
      )}
    </section>
  );
};

interface CardProps {
  readonly icon: typeof IconStack2;
  readonly title: string;
  readonly reason: string;
  readonly failedAt: string;
  readonly tries: string;
  readonly code: string;
  readonly action: ReactNode;
}

const Card = ({ icon: Icon, title, reason, failedAt, tries, code, action }: CardProps) => {
  const t = useText('admin');
  return (
    <li className={staff.card}>
      <span className={staff.cardMark} data-tone="outside">
        <Icon size={18} stroke={1.7} aria-hidden />
      </span>
      <div className={staff.cardBody}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="sm" className={classes.reason ?? ''}>
          {reason || t('operations.no-reason')}
        </Text>
        <Text size="sm" c="dimmed">
          {t('operations.failed')} <RelativeTime at={failedAt} /> · {tries}
        </Text>
        <div className={classes.id}>{code}</div>
      </div>
      <div className={staff.cardActions}>{action}</div>
    </li>
  );
};

const retryJobs = async (jobs: readonly FailedJob[]): Promise<number> => {
  let retried = 0;
  for (const { jobId } of jobs) {
    const answer = await call(routes.retryFailedJob, { params: { jobId } });
    if (answer.retried) retried += 1;
  }
  return retried;
};

export const FailedJobs = ({ jobs, total }: { readonly jobs: readonly FailedJob[]; readonly total: number }) => {
  const t = useText('admin');
  const names = useNames();
  return (
    <List
      title={t('operations.jobs', { count: total })}
      lead={t('operations.jobs-lead')}
      shown={jobs.length}
      total={total}
      all={<TryAgain kind="job" count={jobs.length} run={() => retryJobs(jobs)} />}
    >
      {jobs.map((job) => (
        <Card
          key={job.jobId}
          icon={IconStack2}
          title={names.job(job.name)}
          reason={job.reason}
          failedAt={job.failedAt}
          tries={t('operations.retries', { count: job.retries })}
          code={`${job.name} ${job.jobId}`}
          action={<TryAgain kind="job" count={1} name={names.job(job.name)} run={() => retryJobs([job])} />}
        />
      ))}
    </List>
  );
};

const replayLetters = async (letters: readonly DeadLetter[]): Promise<number> => {
  let replayed = 0;
  for (const [consumer, of] of Map.groupBy(letters, (letter) => letter.consumer)) {
    const body = { consumer, eventIds: of.map(({ eventId }) => eventId) };
    replayed += (await call(routes.replayDeadLetters, { body })).replayed;
  }
  return replayed;
};

const ReplayLetter = ({ letter }: { readonly letter: DeadLetter }) => {
  const t = useText('admin');
  const names = useNames();
  if (!letter.isReplaying) {
    const name = names.consumer(letter.consumer);
    return <TryAgain kind="letter" count={1} name={name} run={() => replayLetters([letter])} />;
  }
  return (
    <Text size="sm" c="dimmed" role="status">
      {t('operations.replaying')}
    </Text>
  );
};

interface DeadLettersProps {
  readonly letters: readonly DeadLetter[];
  readonly total: number;
}

export const DeadLetters = ({ letters, total }: DeadLettersProps) => {
  const t = useText('admin');
  const names = useNames();
  return (
    <List
      title={t('operations.letters', { count: total })}
      lead={t('operations.letters-lead')}
      shown={letters.length}
      total={total}
      all={<TryAgain kind="letter" count={letters.length} run={() => replayLetters(letters)} />}
    >
      {letters.map((letter) => (
        <Card
          key={`${letter.consumer} ${letter.eventId}`}
          icon={IconMailX}
          title={names.consumer(letter.consumer)}
          reason={letter.reason}
          failedAt={letter.failedAt}
          tries={t('operations.tries', { count: letter.tries })}
          code={`${letter.type} ${letter.eventId}`}
          action={<ReplayLetter letter={letter} />}
        />
      ))}
    </List>
  );
};
