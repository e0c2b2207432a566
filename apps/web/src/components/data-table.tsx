import { Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import {
  type ColumnDef,
  createSortedRowModel,
  type OnChangeFn,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import classes from './data-table.module.css';

export interface DataColumn<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** What the column is sorted by; without it, it cannot be sorted. Null stands last. */
  readonly sortBy?: (row: Row) => string | number | null;
  /** Right-aligned, figures under each other. */
  readonly numeric?: boolean;
  readonly width?: number | string;
  /** Takes what the others leave; its text is cut with an ellipsis. Meant for names. */
  readonly grow?: boolean;
  /** Hidden below this width of the window. */
  readonly visibleFrom?: 'xs' | 'sm' | 'md' | 'lg' | 'xl';
}

interface DataTableProps<Row extends object> {
  readonly rows: readonly Row[];
  readonly columns: readonly DataColumn<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Read out as the table's name. */
  readonly label: string;
  readonly chosenKey?: string | null;
  readonly onChoose?: (row: Row) => void;
  readonly initialSort?: { readonly key: string; readonly descending?: boolean };
  /** Scrolls inside this height under a header that stays; without it the page scrolls. */
  readonly maxHeight?: number | string;
  /** What stands instead of rows: an `EmptyNotice`. */
  readonly empty?: ReactNode;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

const compare = (one: string | number | null, other: string | number | null): number => {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), undefined, { numeric: true });
};

const definitionOf = <Row extends object>(column: DataColumn<Row>): ColumnDef<typeof features, Row> => ({
  id: column.key,
  header: column.header,
  accessorFn: (row: Row) => column.sortBy?.(row) ?? null,
  enableSorting: column.sortBy !== undefined,
  sortFn: (one, other) => compare(column.sortBy?.(one.original) ?? null, column.sortBy?.(other.original) ?? null),
});

const sortIcon = { asc: IconArrowUp, desc: IconArrowDown } as const;
const ariaSort = { asc: 'ascending', desc: 'descending' } as const;

/** Up and down move between rows, as in any list. */
const moveBetweenRows = (event: KeyboardEvent<HTMLTableRowElement>) => {
  const step =
    event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : null;
  const target = step && event.currentTarget[step];
  if (!(target instanceof HTMLElement)) return;
  event.preventDefault();
  target.focus();
};

/** A table with a header that stays, sorting, numbers under each other and names on one line. */
export const DataTable = <Row extends object>({
  rows,
  columns,
  rowKey,
  label,
  chosenKey,
  onChoose,
  initialSort,
  maxHeight,
  empty,
}: DataTableProps<Row>) => {
  const [sorting, setSorting] = useState<SortingState>(
    initialSort ? [{ id: initialSort.key, desc: initialSort.descending ?? false }] : [],
  );
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows as Row[],
    getRowId: rowKey,
    state: { sorting },
    onSortingChange: setSorting as OnChangeFn<SortingState>,
  });
  const byKey = useMemo(() => new Map(columns.map((column) => [column.key, column])), [columns]);
  if (rows.length === 0 && empty) return empty;
  return (
    <div className={classes.frame} style={{ maxHeight }} data-scrolls={maxHeight !== undefined || undefined}>
      <Table className={classes.table ?? ''} aria-label={label} highlightOnHover={onChoose !== undefined}>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => {
                const column = byKey.get(header.column.id);
                const sorted = header.column.getIsSorted();
                const Icon = sorted ? sortIcon[sorted] : IconArrowsSort;
                return (
                  <Table.Th
                    key={header.id}
                    w={column?.grow ? '99%' : column?.width}
                    data-numeric={column?.numeric || undefined}
                    {...(column?.visibleFrom ? { visibleFrom: column.visibleFrom } : {})}
                    {...(sorted ? { 'aria-sort': ariaSort[sorted] } : {})}
                  >
                    {column?.sortBy ? (
                      <UnstyledButton
                        className={classes.sort ?? ''}
                        data-sorted={sorted || undefined}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        {column.header}
                        <Icon size={13} stroke={2} aria-hidden />
                      </UnstyledButton>
                    ) : (
                      column?.header
                    )}
                  </Table.Th>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr
              key={row.id}
              data-chosen={row.id === chosenKey || undefined}
              {...(onChoose
                ? {
                    tabIndex: 0,
                    'aria-selected': row.id === chosenKey,
                    onClick: () => onChoose(row.original),
                    onKeyDown: (event: KeyboardEvent<HTMLTableRowElement>) => {
                      if (event.key === 'Enter' && event.target === event.currentTarget) onChoose(row.original);
                      else moveBetweenRows(event);
                    },
                  }
                : {})}
            >
              {columns.map((column) => (
                <Table.Td
                  key={column.key}
                  data-numeric={column.numeric || undefined}
                  data-grow={column.grow || undefined}
                  {...(column.visibleFrom ? { visibleFrom: column.visibleFrom } : {})}
                >
                  {column.cell(row.original)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
