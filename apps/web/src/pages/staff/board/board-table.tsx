import { Button, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { type RefObject, useMemo } from 'react';
import { useNow } from '../../../app/clock.ts';
import { type DataColumn, DataTable } from '../../../components/data-table.tsx';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { useFormats, useText, useWord } from '../../../i18n/use-text.ts';
import type { BoardKey, BoardRow } from './board-state.ts';
import { StandingBadge } from './standing.tsx';
import { type PlacedRow, useHeldRows } from './use-held-rows.ts';
import classes from '../staff.module.css';

/** More rows than anybody reads; the search and the filters lead to the others. */
const mostRows = 300;
const attentionFirst: readonly BoardKey[] = ['outside', 'unknown', 'late', 'missing', 'present', 'away', 'left'];
const urgencyOf = ({ placedBy }: PlacedRow): number => attentionFirst.indexOf(placedBy.key);

interface BoardTableProps {
  readonly every: readonly BoardRow[];
  readonly filtered: readonly BoardRow[];
  readonly filtersKey: string;
  readonly showsGroup: boolean;
  readonly showsHeard: boolean;
  readonly chosenId: string | null;
  readonly onChoose: (memberId: string) => void;
  readonly onClear: () => void;
  readonly container: RefObject<HTMLDivElement | null>;
  readonly maxHeight?: string | undefined;
}

const Moment = ({ at, timeZone }: { readonly at: string | null; readonly timeZone: string }) => {
  const formats = useFormats();
  if (at === null) return <span aria-hidden>–</span>;
  return (
    <time dateTime={at} title={formats.dateTime(at, timeZone)}>
      {formats.time(at, timeZone)}
    </time>
  );
};

const Heard = ({ row }: { readonly row: BoardRow }) => {
  const t = useText('staff');
  const formats = useFormats();
  const now = useNow();
  if (!row.presence) return <span aria-hidden>–</span>;
  const at = row.presence.lastHeardAt;
  if (at === null) return <span>{t('board.not-heard')}</span>;
  return (
    <time dateTime={at} title={formats.dateTime(at, row.member.timeZone)}>
      {formats.relative(at, now)}
    </time>
  );
};

const useColumns = (showsGroup: boolean, showsHeard: boolean): DataColumn<PlacedRow>[] => {
  const t = useText('staff');
  const word = useWord();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t('board.name'),
        grow: true,
        sortBy: ({ member }) => member.displayName,
        cell: ({ member }) => (
          <span title={member.number ? `${member.displayName}, ${member.number}` : member.displayName}>
            {member.displayName}
          </span>
        ),
      },
      {
        key: 'state',
        header: t('board.state'),
        sortBy: urgencyOf,
        cell: (row) => <StandingBadge row={row} />,
      },
      ...(showsGroup
        ? [
            {
              key: 'group',
              header: word('group'),
              visibleFrom: 'sm' as const,
              sortBy: ({ member }: PlacedRow) => member.groupName,
              cell: ({ member }: PlacedRow) => <Text size="sm">{member.groupName ?? '–'}</Text>,
            },
          ]
        : []),
      {
        key: 'entered',
        header: t('board.entered'),
        numeric: true,
        sortBy: ({ placedBy }) => placedBy.day.enteredAt,
        cell: ({ day, member }) => <Moment at={day.enteredAt} timeZone={member.timeZone} />,
      },
      ...(showsHeard
        ? [
            {
              key: 'heard',
              header: t('board.heard'),
              numeric: true,
              visibleFrom: 'sm' as const,
              sortBy: ({ placedBy }: PlacedRow) => placedBy.presence?.lastHeardAt ?? null,
              cell: (row: PlacedRow) => <Heard row={row} />,
            },
          ]
        : []),
    ],
    [t, word, showsGroup, showsHeard],
  );
};

/** The list of people; it stands still while somebody points at it. */
export const BoardTable = (props: BoardTableProps) => {
  const { every, filtered, filtersKey, showsGroup, chosenId, onChoose, container, maxHeight } = props;
  const t = useText('staff');
  const columns = useColumns(showsGroup, props.showsHeard);
  const { rows, handlers } = useHeldRows(every, filtered, filtersKey);
  const hidden = Math.max(0, rows.length - mostRows);
  const shown = useMemo(
    () =>
      rows.length <= mostRows
        ? rows
        : rows.toSorted((one, other) => urgencyOf(one) - urgencyOf(other)).slice(0, mostRows),
    [rows],
  );
  return (
    <div ref={container} {...handlers}>
      <DataTable
        label={t('board.label')}
        rows={shown}
        columns={columns}
        rowKey={({ member }) => member.memberId}
        chosenKey={chosenId}
        onChoose={({ member }) => onChoose(member.memberId)}
        initialSort={{ key: 'name' }}
        {...(maxHeight ? { maxHeight } : {})}
        empty={<BoardEmpty hasPeople={every.length > 0} onClear={props.onClear} />}
      />
      {hidden > 0 && (
        <Text size="sm" c="dimmed" className={classes.more ?? ''}>
          {t('board.more', { count: hidden })}
        </Text>
      )}
    </div>
  );
};

const BoardEmpty = ({ hasPeople, onClear }: { readonly hasPeople: boolean; readonly onClear: () => void }) => {
  const t = useText('staff');
  return (
    <div className={classes.emptyFrame}>
      {hasPeople ? (
        <EmptyNotice
          icon={IconUsers}
          title={t('board.no-match')}
          hint={t('board.no-match-hint')}
          action={
            <Button variant="light" onClick={onClear}>
              {t('board.clear')}
            </Button>
          }
        />
      ) : (
        <EmptyNotice icon={IconUsers} title={t('board.nobody')} hint={t('board.nobody-hint')} />
      )}
    </div>
  );
};
