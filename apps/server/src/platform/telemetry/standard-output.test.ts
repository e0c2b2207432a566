import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

/** A process that logs so many lines of a hundred bytes, says on standard error that it is through, and ends. */
const logger = (lines: number, ending = '') =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { standardOutput } from ${JSON.stringify(join(import.meta.dirname, 'standard-output.ts'))};
       const output = standardOutput();
       for (let line = 0; line < ${lines}; line += 1) output.write(String(line).padStart(99, '.') + '\\n');
       setTimeout(() => { process.stderr.write('through'); ${ending} }, 50);`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );

describe('the log on standard output', () => {
  it('comes whole and in order', async () => {
    const child = logger(5_000);
    const lines = (await text(child.stdout)).trimEnd().split('\n');
    expect(lines).toHaveLength(5_000);
    expect(lines.map((line) => Number(line.replace(/^\.+/, '')))).toEqual(lines.map((_line, index) => index));
  });

  it('holds nothing up when nobody reads it', async () => {
    const child = logger(400_000, 'process.exit(0)');
    child.stdout.pause();
    expect(await text(child.stderr)).toBe('through');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('is given up when its reader is gone, and the process ends as it should', async () => {
    const child = logger(50_000);
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});
