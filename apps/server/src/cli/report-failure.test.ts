import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../config/schema.ts';
import { describeFailure } from './report-failure.ts';

/** The error that Node gives when it listens there. */
const listenError = (port: number, host: string): Promise<Error> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => {
      server.close();
      resolve(new Error('nothing went wrong'));
    });
  });

describe('a failure, told to whoever started Muster', () => {
  it('names the taken port and the way out', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await listenError(port, '127.0.0.1');
    other.close();
    expect(describeFailure(error)).toBe(
      `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`,
    );
  });

  it('names an address that the machine has not', async () => {
    expect(describeFailure(await listenError(0, '192.0.2.1'))).toContain('This machine has no address 192.0.2.1');
  });

  it('names the database that does not answer, also when its name stands for several addresses', () => {
    const one = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), {
      code: 'ECONNREFUSED',
      address: '::1',
      port: 5432,
    });
    expect(describeFailure(one)).toContain('No database answers at ::1:5432. Check MUSTER_DATABASE_URL');
    const all = Object.assign(new AggregateError([one], 'none answered'), { code: 'ECONNREFUSED' });
    expect(describeFailure(all)).toContain('No database answers at ::1:5432.');
  });

  it('says every sentence of a wrong configuration, and no stack', () => {
    expect(describeFailure(new ConfigurationError(['First.', 'Second.']))).toBe('First.\nSecond.');
    expect(describeFailure(new Error('The folder is gone.'))).toBe('The folder is gone.');
  });

  it('shows the stack of what nobody foresaw', () => {
    expect(describeFailure(new TypeError('x is not a function'))).toMatch(/TypeError: x is not a function\n\s+at /);
  });
});
