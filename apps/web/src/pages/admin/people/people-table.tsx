import type { Person } from '@muster/contracts';
import { Badge, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { KeyboardEvent } from 'react';
import classes from '../../../components/data-table.module.css';
import { useFormats, useText, useWord } from '../../../i18n/use-text.ts';
import { LinkText } from '../../staff/links.tsx';
import type { PeopleSearch, PeopleSort } from './search.ts';

const statusColors = { active: 'green', suspended: 'red', left: 'gray' } as const;

export const StatusBadge = ({ status }: { readonly status: Person['status'] }) => {
  const t = useText('people');
  return (
    <Badge variant={status === 'active' ? 'dot' : 'light'} color={statusColors[status]} miw="max-content">
      {t(`status.${status}`)}
    </Badge>
  );
};

interface HeadProps {
  readonly label: string;
  readonly by: PeopleSort;
  readonly search: PeopleSearch;
  readonly onSort: (part: PeopleSearch) => void;
  readonly visibleFrom?: 'sm' | 'md';
  readonly grow?: boolean;
}

/** The server sorts: there are more people than are shown. */
const SortedHead = ({ label, by, search, onSort, visibleFrom, grow }: HeadProps) => {
  const isSorted = (search.sort ?? 'name') === by;
  const Icon = !isSorted ? IconArrowsSort : search.down ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th
      {...(grow ? { w: '99%' } : {})}
      {...(visibleFrom ? { visibleFrom } : {})}
      {...(isSorted ? { 'aria-sort': search.down ? 'descending' : 'ascending' } : {})}
    >
      <UnstyledButton
        className={classes.sort ?? ''}
        data-sorted={isSorted || undefined}
        onClick={() => onSort({ sort: by, down: isSorted && !search.down ? true : undefined })}
      >
        {label}
        <Icon size={13} stroke={2} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
};

const moveBetweenRows = (event: KeyboardEvent<HTMLTableRowElement>) => {
  const step = event.key === 'ArrowDown' ? 'nextElementSibling' : 'previousElementSibling';
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const target = event.currentTarget[step];
  if (!(target instanceof HTMLElement)) return;
  event.preventDefault();
  target.focus();
};

interface PeopleTableProps {
  readonly people: readonly Person[];
  readonly search: PeopleSearch;
  readonly onSort: (part: PeopleSearch) => void;
}

/** One page of people: a hundred rows, however many there are. */
export const PeopleTable = ({ people, search, onSort }: PeopleTableProps) => {
  const t = useText('people');
  const word = useWord();
  const formats = useFormats();
  const navigate = useNavigate();
  return (
    <div className={classes.frame}>
      <Table className={classes.table ?? ''} aria-label={t('title')} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <SortedHead label={t('name')} by="name" search={search} onSort={onSort} grow />
            <Table.Th>{t('role')}</Table.Th>
            <SortedHead label={t('number')} by="number" search={search} onSort={onSort} visibleFrom="sm" />
            <Table.Th visibleFrom="sm">{word('group')}</Table.Th>
            <Table.Th visibleFrom="lg">{t('email')}</Table.Th>
            <SortedHead label={t('joined')} by="joined" search={search} onSort={onSort} visibleFrom="md" />
            <Table.Th visibleFrom="xs">{t('status.title')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map(({ userId, displayName, role, number, groupName, email, joinedOn, status }) => (
            <Table.Tr
              key={userId}
              tabIndex={0}
              onClick={() => void navigate({ to: '/admin/people/$userId', params: { userId } })}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && event.target === event.currentTarget)
                  void navigate({ to: '/admin/people/$userId', params: { userId } });
                else moveBetweenRows(event);
              }}
            >
              <Table.Td data-grow>
                <LinkText
                  to="/admin/people/$userId"
                  params={{ userId }}
                  c="inherit"
                  underline="hover"
                  fz="sm"
                  tabIndex={-1}
                  onClick={(event) => event.stopPropagation()}
                >
                  {displayName}
                </LinkText>
              </Table.Td>
              <Table.Td>{t(`app:role.${role}`)}</Table.Td>
              <Table.Td visibleFrom="sm">{number ?? '–'}</Table.Td>
              <Table.Td visibleFrom="sm">{groupName ?? '–'}</Table.Td>
              <Table.Td visibleFrom="lg">{email ?? '–'}</Table.Td>
              <Table.Td visibleFrom="md">
                {joinedOn ? formats.longDate(joinedOn).replace(/^[^,]+,? /, '') : '–'}
              </Table.Td>
              <Table.Td visibleFrom="xs">
                <StatusBadge status={status} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
