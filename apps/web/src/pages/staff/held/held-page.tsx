import { Button, Text } from '@mantine/core';
import { IconDoorEnter, IconDoorExit, IconHandStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { read, routes } from '../../../api/client.ts';
import { useLive } from '../../../api/use-live.ts';
import { notify } from '../../../app/notify.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { PageHead } from '../page-head.tsx';
import { DecideDialog, type Held } from './decide-dialog.tsx';
import { LinkText } from '../links.tsx';
import classes from '../staff.module.css';

const HeldCard = ({ held, onDecide }: { readonly held: Held; readonly onDecide: (accept: boolean) => void }) => {
  const t = useText('staff');
  const formats = useFormats();
  const { member, punch } = held;
  const isEnter = punch.direction === 'ENTER';
  const Icon = isEnter ? IconDoorEnter : IconDoorExit;
  return (
    <li className={classes.card}>
      <span className={classes.cardMark} data-tone="late">
        <Icon size={18} stroke={1.7} />
      </span>
      <div className={classes.cardBody}>
        <Text size="sm" fw={600}>
          <LinkText to="/staff/members/$memberId" params={{ memberId: member.memberId }} inherit>
            {member.displayName}
          </LinkText>{' '}
          · {t(isEnter ? 'held.ENTER' : 'held.EXIT')}{' '}
          <span className="numeric">{formats.time(punch.occurredAt, member.timeZone)}</span>
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {[punch.gateName, member.groupName, member.number].filter(Boolean).join(' · ')} ·{' '}
          <RelativeTime at={punch.occurredAt} timeZone={member.timeZone} />
        </Text>
        <ul className={classes.findings} aria-label={t('held.evidence')}>
          {punch.findings.map(({ code, sentence }) => (
            <li key={`${code} ${sentence}`}>{sentence}</li>
          ))}
        </ul>
        {punch.reason && <p className={classes.quote}>{t('day.reason', { reason: punch.reason })}</p>}
      </div>
      <div className={classes.cardActions}>
        <Button size="xs" variant="default" onClick={() => onDecide(false)}>
          {t('held.refuse')}
        </Button>
        <Button size="xs" onClick={() => onDecide(true)}>
          {t('held.accept')}
        </Button>
      </div>
    </li>
  );
};

/** Scans that a person has to decide, oldest first, with what was found in words. */
export const HeldPage = () => {
  const t = useText('staff');
  const queries = useQueryClient();
  const held = useQuery(read(routes.listHeldPunches, {}));
  const [deciding, setDeciding] = useState<{ readonly held: Held; readonly accept: boolean } | null>(null);
  const reload = () => queries.invalidateQueries({ queryKey: [routes.listHeldPunches.operation] });
  useLive(['attendance'], (happening) => void (happening.kind === 'punch-held' && reload()), {
    onReset: () => void reload(),
  });
  const decided = () => {
    void notify({ text: t(deciding?.accept ? 'held.accepted' : 'held.refused') });
    setDeciding(null);
    void queries.invalidateQueries();
  };
  const items = held.data?.items ?? [];
  return (
    <div className={`${classes.page} ${classes.reading}`}>
      <PageHead title={t('held.title')} lead={t('held.lead')} />
      {held.isPending ? (
        <LoadingBlock />
      ) : held.error ? (
        <ErrorNotice error={held.error} onRetry={() => void held.refetch()} />
      ) : items.length === 0 ? (
        <div className={classes.emptyFrame}>
          <EmptyNotice icon={IconHandStop} title={t('held.none')} hint={t('held.none-hint')} />
        </div>
      ) : (
        <ul className={classes.cards} aria-label={t('held.title')}>
          {items.map((item) => (
            <HeldCard key={item.punch.punchId} held={item} onDecide={(accept) => setDeciding({ held: item, accept })} />
          ))}
        </ul>
      )}
      {deciding && (
        <DecideDialog
          key={`${deciding.held.punch.punchId} ${deciding.accept}`}
          {...deciding}
          onClose={() => setDeciding(null)}
          onDecided={decided}
        />
      )}
    </div>
  );
};
