/**
 * `npm start`: installs and builds what is missing, then runs `muster serve` with the arguments given.
 * Runs on Node 20 with nothing installed.
 */
import { ensureInstalled, Refusal } from './install.mjs';
import { stopChildrenWithUs } from './processes.mjs';
import { runMuster } from './server-process.mjs';
import { ensureWebBuilt } from './web-app.mjs';

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

try {
  const releaseSignals = stopChildrenWithUs();
  await ensureInstalled(say);
  await ensureWebBuilt(say);
  releaseSignals();
  process.exitCode = await runMuster(['serve', ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}
