import { describe, expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.ts';

describe('the lifecycle', () => {
  it('stops what was started, the last first, and only once', async () => {
    const lifecycle = new Lifecycle();
    const stopped: string[] = [];
    for (const name of ['database', 'events', 'http']) {
      lifecycle.started(name, async () => {
        stopped.push(name);
      });
    }
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(stopped).toEqual(['http', 'events', 'database']);
  });

  it('goes on when one part fails to stop, and says which', async () => {
    const lifecycle = new Lifecycle();
    let databaseStopped = false;
    lifecycle.started('database', async () => {
      databaseStopped = true;
    });
    lifecycle.started('events', () => Promise.reject(new Error('stuck')));
    const failures = await lifecycle.stop();
    expect(failures.map(({ message }) => message)).toEqual(['events did not stop cleanly']);
    expect(databaseStopped).toBe(true);
  });
});
