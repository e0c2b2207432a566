/**
 * `npm start`: installs and builds what is missing, then runs `muster serve` with the arguments given.
 * Runs on Node 20 with nothing installed.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, packagedNode, Refusal, root, toolEnvironment } from './install.mjs';
import { exitCodeOf } from './processes.mjs';
import { ensureWebBuilt } from './web-app.mjs';

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

/**
 * Runs the server until it ends, handing every request to stop on to it, and answers with its exit code.
 * The server is a process group of its own: a terminal's Ctrl-C reaches npm, this script and (twice) the server
 * otherwise, and a second signal means "at once".
 * @returns {Promise<number>}
 */
function serve() {
  return new Promise((resolve, reject) => {
    const server = spawn(
      packagedNode(),
      [join(root, 'apps', 'server', 'src', 'main.ts'), 'serve', ...process.argv.slice(2)],
      {
        cwd: root,
        env: toolEnvironment(),
        // The channel closes when this script is killed, so that the server need not outlive it unseen.
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
        detached: process.platform !== 'win32',
      },
    );
    let lastSignalAt = -Infinity;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      if (performance.now() - lastSignalAt < 500) return;
      lastSignalAt = performance.now();
      server.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
    server.once('error', reject);
    server.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)));
  });
}

try {
  await ensureInstalled(say);
  await ensureWebBuilt(say);
  process.exitCode = await serve();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}
