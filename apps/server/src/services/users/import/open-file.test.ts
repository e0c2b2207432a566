import { buffer } from 'node:stream/consumers';
import excel from '@protobi/exceljs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { FileFault } from './file-fault.ts';
import { openFile } from './open-file.ts';
import { unpack } from './unpack.ts';

const cellsOf = async (bytes: Buffer, corrections = {}): Promise<(readonly string[])[]> => {
  const rows: (readonly string[])[] = [];
  for await (const { cells } of (await openFile(bytes, corrections)).rows) rows.push(cells);
  return rows;
};
const faultOf = async (bytes: Buffer): Promise<string> => {
  const error = await cellsOf(bytes).catch((reason: unknown) => reason);
  if (!(error instanceof FileFault)) throw new Error(`no fault but ${String(error)}`);
  return error.message;
};
const table = [
  ['Number', 'Name', 'Class'],
  ['1', 'Zoë Müller', '10A'],
  ['2', 'Ángel Ünal', '10B'],
];
const csv = table.map((row) => row.join(';')).join('\r\n');
const utf16 = (text: string, swap: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return swap ? bytes.swap16() : bytes;
};
const zipOf = (files: Record<string, Buffer | string>, compress = true): Promise<Buffer> => {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content), name, { compress });
  archive.end();
  return buffer(archive.outputStream);
};

describe('a text file', () => {
  it.each([
    ['UTF-8', Buffer.from(csv), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${csv}`), 'utf-8'],
    ['UTF-16 as Excel writes it', utf16(`\ufeff${csv}`, false), 'utf-16le'],
    ['UTF-16, the other way round', utf16(`\ufeff${csv}`, true), 'utf-16be'],
    ['UTF-16 without a mark', utf16(csv, false), 'utf-16le'],
    ['UTF-16 without a mark, the other way round', utf16(csv, true), 'utf-16be'],
    ['Windows-1252', Buffer.from(csv, 'latin1'), 'windows-1252'],
  ])('is read in %s', async (_what, bytes, encoding) => {
    const file = await openFile(bytes);
    expect(file).toMatchObject({ format: 'csv', encoding, delimiter: ';' });
    expect(await cellsOf(bytes)).toEqual(table);
  });

  it.each([',', ';', '\t', '|'])('is parted at %j, whatever stands in quotation marks', async (delimiter) => {
    const text = `Name${delimiter}Number${delimiter}E-mail\n"a${delimiter} b, c; d"${delimiter}1${delimiter}x\n`;
    expect(await cellsOf(Buffer.from(text))).toEqual([
      ['Name', 'Number', 'E-mail'],
      [`a${delimiter} b, c; d`, '1', 'x'],
    ]);
  });

  it('is read with what somebody knows better', async () => {
    expect(await cellsOf(Buffer.from(csv), { delimiter: ',' })).toEqual(table.map((row) => [row.join(';')]));
  });

  it('bears with quotation marks that nobody doubled', async () => {
    const text = 'Name,Size\n=HYPERLINK("http://evil.example"),5" pipe\n';
    expect((await cellsOf(Buffer.from(text)))[1]).toEqual(['=HYPERLINK("http://evil.example")', '5" pipe']);
  });

  it('counts rows as a spreadsheet does', async () => {
    const file = await openFile(Buffer.from('Name\n\n"two\nlines"\n\n  \nthree\n'));
    const rows: number[] = [];
    for await (const { row } of file.rows) rows.push(row);
    expect(rows).toEqual([1, 3, 6]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['a header alone', Buffer.from('Name,Number\n'), 'there is no row'],
    ['a picture', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 37) % 256)), 'no table'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old Excel file'],
    ['a quotation mark without end', Buffer.from(`Name\n"a\n${'b\n'.repeat(100)}`), 'Row 2 cannot be read'],
    ['too many rows', Buffer.from(`Name\n${'a\n'.repeat(50_001)}`), 'more than 50000 rows'],
  ])('that is %s is refused in words', async (_what, bytes, words) => {
    expect(await faultOf(bytes)).toContain(words);
  });

  it('never fails in another way, whatever its bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const error = await cellsOf(Buffer.from(bytes)).catch((reason: unknown) => reason);
        if (error instanceof Error) expect(error).toBeInstanceOf(FileFault);
      }),
    );
  });
});

describe('a workbook', () => {
  const workbookOf = async (fill: (sheet: excel.Worksheet) => void): Promise<Buffer> => {
    const workbook = new excel.Workbook();
    fill(workbook.addWorksheet('People'));
    workbook.addWorksheet('Notes').addRow(['not this one']);
    return Buffer.from(await workbook.xlsx.writeBuffer());
  };

  it('gives the cells of its first sheet as text', async () => {
    const bytes = await workbookOf((sheet) => {
      sheet.addRow(['Number', 'Name', 'Joined', 'Empty', 'E-mail']);
      sheet.addRow([
        1001,
        'Zoë',
        new Date('2026-09-01T00:00:00Z'),
        null,
        { text: 'a@b.example', hyperlink: 'mailto:a' },
      ]);
      sheet.addRow([]);
      sheet.addRow([true, { richText: [{ text: 'An' }, { text: 'na' }] }]);
    });
    expect((await openFile(bytes)).format).toBe('xlsx');
    expect(await cellsOf(bytes)).toEqual([
      ['Number', 'Name', 'Joined', 'Empty', 'E-mail'],
      ['1001', 'Zoë', '2026-09-01', '', 'a@b.example'],
      ['true', 'Anna'],
    ]);
  });

  it('shows formulas as formulas', async () => {
    const bytes = await workbookOf((sheet) => {
      sheet.addRow(['Name']);
      sheet.addRow([{ formula: 'HYPERLINK("http://evil.example")', result: 'innocent' }]);
    });
    expect((await cellsOf(bytes))[1]?.[0]).toMatch(/^=/);
  });

  it.each([
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 200), 'damaged'],
    ['has broken XML', () => zipOf({ 'xl/workbook.xml': '<workbook', 'xl/worksheets/sheet1.xml': '<a><b></a>' }), ''],
    ['has no sheet', () => zipOf({ 'xl/workbook.xml': '<workbook/>' }), 'no sheet'],
    ['is another archive', () => zipOf({ 'readme.txt': 'hello' }), 'neither an Excel workbook nor a OneRoster'],
  ])('that %s is refused in words', async (_what, make, words) => {
    const whole = await workbookOf((sheet) => sheet.addRow(['Name']));
    expect(await faultOf(await make(whole))).toContain(words);
  });
});

describe('a zip bomb', () => {
  const zeros = Buffer.alloc(30 * 1024 * 1024);
  it('is refused by what it says of itself, before anything is unpacked', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [`xl/worksheets/sheet${index}.xml`, zeros]),
    );
    const bomb = await zipOf({ 'xl/workbook.xml': '<workbook/>', ...files });
    expect(bomb.length).toBeLessThan(200_000);
    expect(await faultOf(bomb)).toContain('larger than 100 MB');
  });

  it('is refused when it lies, while it is unpacked', async () => {
    const bomb = await zipOf({ 'xl/workbook.xml': zeros });
    // In the directory at its end: 1,000 bytes, it says.
    const place = bomb.lastIndexOf(Buffer.from('504b0102', 'hex'));
    bomb.writeUInt32LE(1_000, place + 24);
    const error = await unpack(bomb, () => true, 1024 * 1024).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileFault);
  });
});

describe('a OneRoster archive', () => {
  const files = {
    'users.csv': [
      'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,agentSourcedIds,primaryOrgSourcedId',
      'u1,active,,true,asha,,Asha,Rao,,1001,asha@example.org,u4,o1',
      'u2,active,,true,theo,,Theo,Lind,,T-1,theo@example.org,,o1',
      'u3,tobedeleted,,true,gone,,Gone,Away,,1002,,,o1',
      'u4,active,,true,gita,,Gita,Rao,,G-1,gita@example.org,,o1',
    ],
    'roles.csv': [
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId',
      'r1,active,,u1,primary,student,,,o1',
      'r2,active,,u2,primary,teacher,,,o1',
      'r4,active,,u4,primary,guardian,,,o1',
    ],
    'orgs.csv': ['sourcedId,status,dateLastModified,name,type,identifier', 'o1,active,,North School,school,1'],
    'classes.csv': [
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType',
      'c1,active,,Physics,,,,scheduled',
      'c2,active,,10A,,,,homeroom',
    ],
    'enrollments.csv': [
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary',
      'e1,active,,c1,o1,u1,student,true',
      'e2,active,,c2,o1,u1,student,false',
      'e3,active,,c1,o1,u2,teacher,true',
      'e4,active,,c2,o1,u2,teacher,false',
    ],
  };
  it('is one table of people, with their homeroom, classes and children', async () => {
    const bytes = await zipOf(
      Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.join('\n')])),
    );
    expect((await openFile(bytes)).format).toBe('oneroster');
    expect(await cellsOf(bytes)).toEqual([
      ['identifier', 'givenName', 'familyName', 'email', 'role', 'class', 'school', 'guardianOf'],
      ['1001', 'Asha', 'Rao', 'asha@example.org', 'student', '10A', 'North School', ''],
      ['T-1', 'Theo', 'Lind', 'theo@example.org', 'teacher', 'Physics;10A', '', ''],
      ['G-1', 'Gita', 'Rao', 'gita@example.org', 'guardian', '', '', '1001'],
    ]);
  });
});
