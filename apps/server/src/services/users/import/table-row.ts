export interface TableRow {
  /** As a spreadsheet counts; the first row names the columns. */
  readonly row: number;
  readonly cells: readonly string[];
}
