import type { Group as MemberGroup, Schedule } from '@muster/contracts';
import { NavLink, Paper, Text } from '@mantine/core';
import { IconCalendarTime } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { read, routes } from '../../../api/client.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useText, useWord } from '../../../i18n/use-text.ts';
import { PageHead } from '../../staff/page-head.tsx';
import staff from '../../staff/staff.module.css';
import classes from '../admin.module.css';
import { ScheduleForm } from './schedule-form.tsx';

/** The one that applies from now on: without an end, or with the latest one. */
const currentOf = (schedules: readonly Schedule[]): Schedule | undefined =>
  schedules.toSorted(
    (one, other) =>
      (other.validTo ?? '9').localeCompare(one.validTo ?? '9') || other.validFrom.localeCompare(one.validFrom),
  )[0];

interface GroupListProps {
  readonly groups: readonly MemberGroup[];
  readonly schedules: readonly Schedule[];
  readonly chosenId: string;
}

const GroupList = ({ groups, schedules, chosenId }: GroupListProps) => {
  const t = useText('admin');
  const word = useWord();
  const navigate = useNavigate();
  return (
    <Paper p="xs" component="nav" aria-label={word('group', 2)}>
      {groups.map(({ groupId, name }) => {
        const current = currentOf(schedules.filter((schedule) => schedule.groupId === groupId));
        return (
          <NavLink
            key={groupId}
            component="button"
            type="button"
            label={name}
            description={current ? `${current.entryTime} – ${current.exitTime}` : t('schedules.missing')}
            active={groupId === chosenId}
            {...(groupId === chosenId ? { 'aria-current': 'true' as const } : {})}
            onClick={() => void navigate({ to: '/admin/schedules', search: { group: groupId }, replace: true })}
            style={{ borderRadius: 'var(--mantine-radius-sm)' }}
          />
        );
      })}
    </Paper>
  );
};

/** The times of each group, with what they mean beside the form. */
export const SchedulesPage = () => {
  const t = useText('admin');
  const word = useWord();
  const search = useSearch({ from: '/staff/office/admin/schedules' });
  const groups = useQuery(read(routes.listGroups, {}));
  const schedules = useQuery(read(routes.listSchedules, {}));
  const failed = groups.error ?? schedules.error;
  const content = () => {
    if (failed) {
      const retry = () => {
        void groups.refetch();
        void schedules.refetch();
      };
      return <ErrorNotice error={failed} onRetry={retry} />;
    }
    if (!groups.data || !schedules.data) return <LoadingBlock height="40dvh" />;
    const { items } = groups.data;
    const chosen = items.find(({ groupId }) => groupId === search.group) ?? items[0];
    if (!chosen)
      return <EmptyNotice icon={IconCalendarTime} title={t('schedules.none')} hint={t('schedules.none-hint')} />;
    const ofGroup = schedules.data.items.filter(({ groupId }) => groupId === chosen.groupId);
    const current = currentOf(ofGroup);
    return (
      <div className={classes.split}>
        <GroupList groups={items} schedules={schedules.data.items} chosenId={chosen.groupId} />
        <div className={staff.column}>
          <ScheduleForm key={`${chosen.groupId} ${current?.scheduleId ?? ''}`} group={chosen} schedule={current} />
          <Earlier schedules={ofGroup.filter((schedule) => schedule !== current)} />
        </div>
      </div>
    );
  };
  return (
    <div className={staff.page}>
      <PageHead title={word('schedule', 2)} lead={t('schedules.lead')} />
      {content()}
    </div>
  );
};

const Earlier = ({ schedules }: { readonly schedules: readonly Schedule[] }) => {
  const t = useText('admin');
  if (schedules.length === 0) return null;
  return (
    <details>
      <summary>{t('schedules.earlier', { count: schedules.length })}</summary>
      <ul className={classes.list}>
        {schedules.map((schedule) => (
          <li key={schedule.scheduleId}>
            <Text size="sm" c="dimmed" className="numeric">
              {schedule.name}: {schedule.entryTime} – {schedule.exitTime},{' '}
              {t('schedules.valid', { from: schedule.validFrom, to: schedule.validTo ?? '…' })}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  );
};
