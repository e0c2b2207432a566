import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attendanceCsv } from './attendance-csv.ts';
import type { AttendanceLine } from './attendance-store.ts';

const line: AttendanceLine = {
  groupName: '10A',
  number: '1001',
  displayName: 'Asha Rao',
  date: '2026-03-02',
  code: 'P',
  entered: '07:58',
  exited: null,
  lateByMinutes: 0,
  leftEarlyByMinutes: 0,
  workedMinutes: 480,
  noExit: true,
};

async function* each(lines: AttendanceLine[]): AsyncGenerator<AttendanceLine> {
  yield* lines;
}
const csvOf = async (...lines: AttendanceLine[]): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of attendanceCsv(each(lines))) chunks.push(Buffer.from(chunk as Buffer | string));
  return Buffer.concat(chunks).toString('utf8');
};

describe('the attendance CSV', () => {
  it('starts with a byte order mark and a header, and has one line a day', async () => {
    expect(await csvOf(line)).toBe(
      '\uFEFFGroup,Number,Name,Date,Code,Entered,Left,Late (min),Left early (min),Present (min),No exit\r\n' +
        '10A,1001,Asha Rao,2026-03-02,P,07:58,,0,0,480,yes\r\n',
    );
  });

  it('has its header also where nobody was there', async () => {
    expect(await csvOf()).toMatch(/^\uFEFFGroup,.*No exit\r\n$/);
  });

  it.each(['=', '+', '-', '@', '\t', '\r'])('makes a cell that begins with %j inert', async (start) => {
    const csv = await csvOf({ ...line, displayName: `${start}HYPERLINK("http://evil.example")` });
    const [row] = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
    expect(row?.['Name']).toBe(`'${start}HYPERLINK("http://evil.example")`);
  });

  it('gives every name back, whatever it holds, and no cell that a spreadsheet would run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (displayName) => {
        const [row] = parse(await csvOf({ ...line, displayName }), { bom: true, columns: true }) as { Name: string }[];
        expect([displayName, `'${displayName}`]).toContain(row?.Name);
        expect(row?.Name).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });

  it('hands on an error of where the lines come from', async () => {
    async function* broken(): AsyncGenerator<AttendanceLine> {
      yield line;
      throw new Error('the database went away');
    }
    await expect(attendanceCsv(broken()).toArray()).rejects.toThrow('the database went away');
  });
});
