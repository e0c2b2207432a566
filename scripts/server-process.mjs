/** Runs the program of apps/server on the packaged Node as if it were this process. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packagedNode, root, toolEnvironment } from './install.mjs';
import { exitCodeOf } from './processes.mjs';

/**
 * Runs until the program ends, hands every request to stop on to it, and answers with its exit code.
 *
 * The program is a group of its own: otherwise one Ctrl-C in a terminal reaches it twice, from the terminal and
 * from npm, and a second signal means "at once".
 * @param {readonly string[]} args of the `muster` command line
 * @returns {Promise<number>}
 */
export function runMuster(args) {
  return new Promise((resolve, reject) => {
    const program = spawn(packagedNode(), [join(root, 'apps', 'server', 'src', 'main.ts'), ...args], {
      env: toolEnvironment(),
      // The channel closes when this process is killed, so that a server need not outlive it unseen.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: process.platform !== 'win32',
    });
    let lastSignalAt = -Infinity;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      if (performance.now() - lastSignalAt < 500) return;
      lastSignalAt = performance.now();
      program.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
    // When npm is killed outright we are left behind: the server stops too.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env['npm_lifecycle_event'] !== undefined && process.ppid !== parent) forward('SIGTERM');
    }, 250);
    program.once('error', reject);
    program.once('exit', (code, signal) => {
      clearInterval(watch);
      if (signal === 'SIGKILL') process.stderr.write('Muster was killed. The next start recovers by itself.\n');
      resolve(exitCodeOf(code, signal));
    });
  });
}
