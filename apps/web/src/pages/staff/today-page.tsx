import { ActionIcon, NativeSelect, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconKeyboard, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type RefObject, useMemo, useRef, useState } from 'react';
import { read, routes } from '../../api/client.ts';
import type { LiveState } from '../../api/live.ts';
import { useNow } from '../../app/clock.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText, useWord } from '../../i18n/use-text.ts';
import { BoardStrip } from './board/board-strip.tsx';
import { BoardTable } from './board/board-table.tsx';
import { countsOf, matches } from './board/board-state.ts';
import { KeysHelp } from './board/keys-help.tsx';
import { type Board, useBoard } from './board/use-board.ts';
import { useBoardKeys } from './board/use-board-keys.ts';
import { LiveMap } from './live-map.tsx';
import { PageHead } from './page-head.tsx';
import { PersonPanel } from './person/person-panel.tsx';
import { useTrack } from './person/use-track.ts';
import type { TodaySearch } from './search.ts';
import classes from './staff.module.css';

const here = '/staff/desk/staff' as const;

/** Filters and selection stand in the address; typing does not fill the history. */
const useTodaySearch = () => {
  const search = useSearch({ from: here });
  const navigate = useNavigate();
  const change = (part: TodaySearch, replace = true) =>
    void navigate({ to: '/staff', search: (before) => ({ ...before, ...part }), replace });
  return { search, change };
};

/** Whether what is shown is as it is now. */
const LiveMark = ({ state }: { readonly state: LiveState }) => {
  const t = useText('staff');
  const shown = state === 'open' ? 'open' : state === 'refused' ? 'refused' : 'waiting';
  return (
    <span className={classes.live} data-state={shown} role="status">
      {t(`live.${shown}`)}
    </span>
  );
};

interface FiltersProps {
  readonly search: TodaySearch;
  readonly change: (part: TodaySearch) => void;
  readonly field: RefObject<HTMLInputElement | null>;
}

const Filters = ({ search, change, field }: FiltersProps) => {
  const t = useText('staff');
  const word = useWord();
  const groups = useQuery({ ...read(routes.listGroups, {}), staleTime: 5 * 60_000 });
  const sites = useQuery({ ...read(routes.listSites, {}), staleTime: 60_000 });
  const items = groups.data?.items ?? [];
  const places = sites.data?.items ?? [];
  return (
    <div className={classes.filters}>
      <TextInput
        ref={field}
        className={classes.searchField ?? ''}
        aria-label={t('filters.search')}
        placeholder={t('filters.search')}
        leftSection={<IconSearch size={16} stroke={1.7} />}
        type="search"
        value={search.q ?? ''}
        onChange={(event) => change({ q: event.currentTarget.value || undefined })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          change({ q: undefined });
          event.currentTarget.blur();
        }}
      />
      {items.length > 1 && (
        <NativeSelect
          aria-label={word('group')}
          value={search.group ?? ''}
          onChange={(event) => change({ group: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('filters.all', { what: word('group', 2) }) },
            ...items.map(({ groupId, name }) => ({ value: groupId, label: name })),
          ]}
        />
      )}
      {places.length > 1 && (
        <NativeSelect
          aria-label={t('filters.map')}
          value={search.site ?? places[0]?.siteId ?? ''}
          onChange={(event) => change({ site: event.currentTarget.value || undefined })}
          data={places.map(({ siteId, name }) => ({ value: siteId, label: name }))}
        />
      )}
    </div>
  );
};

const mapHeight = (isWide: boolean, hasChosen: boolean): string =>
  hasChosen ? (isWide ? '46dvh' : '40dvh') : isWide ? 'calc(100dvh - 17rem)' : '62dvh';

interface DeskProps {
  readonly board: Board;
  readonly search: TodaySearch;
  readonly change: (part: TodaySearch, replace?: boolean) => void;
  readonly isWide: boolean;
  readonly container: RefObject<HTMLDivElement | null>;
}

/** The list and the map beside each other; in narrow windows one of them, and whoever is chosen in place of the list. */
const Desk = ({ board, search, change, isWide, container }: DeskProps) => {
  const t = useText('staff');
  const { rows } = board;
  const chosen = rows.find(({ member }) => member.memberId === search.member) ?? null;
  const track = useTrack(chosen?.member.memberId ?? null, chosen?.day.date ?? null);
  const choose = (member: string | null) => change({ member: member ?? undefined }, false);
  const filtered = useMemo(
    () =>
      rows.filter(
        ({ member, key }) => (!search.state || key === search.state) && (!search.q || matches(member, search.q)),
      ),
    [rows, search.state, search.q],
  );
  const hasGroups = !search.group && new Set(rows.map(({ member }) => member.groupId)).size > 1;
  return (
    <div className={classes.desk} data-wide={isWide || undefined}>
      {(isWide || (!chosen && search.view !== 'map')) && (
        <div className={classes.boardColumn}>
          <BoardTable
            every={rows}
            filtered={filtered}
            filtersKey={`${search.state} ${search.q} ${search.group}`}
            showsGroup={!isWide && hasGroups}
            showsHeard={board.level !== 'attendance'}
            chosenId={search.member ?? null}
            onChoose={choose}
            onClear={() => change({ q: undefined, state: undefined })}
            container={container}
            maxHeight={isWide ? 'calc(100dvh - 18.6rem)' : undefined}
          />
          <Text size="xs" c="dimmed" mt={6} role="status">
            {t('board.shown', { count: filtered.length, total: rows.length })}
          </Text>
        </div>
      )}
      {(isWide || chosen !== null || search.view === 'map') && (
        <div className={classes.mapColumn}>
          <LiveMap
            rows={rows}
            level={board.level}
            error={board.presenceError}
            onRetry={board.retry}
            siteId={chosen?.member.siteId ?? search.site ?? (search.group ? rows[0]?.member.siteId : undefined)}
            chosenId={chosen?.member.memberId ?? null}
            onChoose={choose}
            trail={chosen ? board.trails.get(chosen.member.memberId) : undefined}
            track={track}
            height={mapHeight(isWide, chosen !== null)}
          />
          {chosen && <PersonPanel row={chosen} level={board.level} track={track} onClose={() => choose(null)} />}
        </div>
      )}
    </div>
  );
};

const ViewSwitch = ({ search, change }: Pick<DeskProps, 'search' | 'change'>) => {
  const t = useText('staff');
  return (
    <SegmentedControl
      fullWidth
      aria-label={t('today.view')}
      value={search.view ?? 'list'}
      onChange={(value) => change({ view: value === 'map' ? 'map' : undefined })}
      data={[
        { value: 'list', label: t('today.list') },
        { value: 'map', label: t('today.map') },
      ]}
    />
  );
};

/** Date and time at the site of those who are shown; the zone is named where it is not the reader's own. */
const Moment = ({ timeZone }: { readonly timeZone: string | undefined }) => {
  const formats = useFormats();
  const now = useNow(30_000);
  const zone = timeZone ? formats.foreignZoneName(now, timeZone) : null;
  return `${formats.longDay(now, timeZone)}, ${formats.time(now, timeZone)}${zone ? ` ${zone}` : ''}`;
};

/** Who is here, late, outside or missing, now. */
export const TodayPage = () => {
  const t = useText('staff');
  const isWide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });
  const { search, change } = useTodaySearch();
  const [helps, setHelps] = useState(false);
  const container = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const board = useBoard(search.group);
  const { rows } = board;
  const close = () => change({ member: undefined }, false);
  useBoardKeys({ board: container, search: field, onHelp: () => setHelps(true), onClose: close });
  return (
    <div className={classes.page}>
      <PageHead title={t('today.title')} lead={<Moment timeZone={rows[0]?.member.timeZone} />}>
        <LiveMark state={board.live} />
        <Filters search={search} change={change} field={field} />
        {isWide && (
          <Tooltip label={t('keys.title')}>
            <ActionIcon variant="default" size="input-sm" aria-label={t('keys.title')} onClick={() => setHelps(true)}>
              <IconKeyboard size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        )}
      </PageHead>
      {board.error && rows.length === 0 ? (
        <ErrorNotice error={board.error} onRetry={board.retry} title={t('board.failed')} />
      ) : board.isLoading ? (
        <LoadingBlock height="50dvh" />
      ) : (
        <>
          <BoardStrip
            counts={countsOf(rows)}
            chosen={search.state ?? null}
            knowsPresence={board.level !== 'attendance'}
            onChoose={(state) => change({ state: state ?? undefined })}
          />
          {!isWide && !search.member && <ViewSwitch search={search} change={change} />}
          <Desk board={board} search={search} change={change} isWide={isWide} container={container} />
        </>
      )}
      <KeysHelp opened={helps} onClose={() => setHelps(false)} />
    </div>
  );
};
