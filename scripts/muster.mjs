#!/usr/bin/env node
/** `npx muster …` and `npm run muster -- …`: the command line of Muster, on any Node from 20 on. */
import { ensureInstalled, Refusal } from './install.mjs';
import { stopChildrenWithUs } from './processes.mjs';
import { runMuster } from './server-process.mjs';
import { ensureWebBuilt } from './web-app.mjs';

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

try {
  const releaseSignals = stopChildrenWithUs();
  await ensureInstalled(say);
  if (['serve', 'fleet'].includes(process.argv[2] ?? '')) await ensureWebBuilt(say);
  releaseSignals();
  process.exitCode = await runMuster(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}
