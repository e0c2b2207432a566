/**
 * `npm test`: everything that must hold, in order, with one line of totals at the end.
 *
 *   npm test                       all stages
 *   npm test -- lint types pure    the named stages only
 *   npm run check                  the fast part: the static gates and the pure tests
 *
 * A stage that fails does not stop the next one. What this machine cannot run is skipped with a word on how to
 * get it; with MUSTER_TEST_REQUIRE=all whatever is skipped counts as failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureChromium, howToGetChromium } from './chromium.mjs';
import { ensureInstalled, packagedNode, Refusal, root, toolEnvironment } from './install.mjs';
import { run, stopChildrenWithUs } from './processes.mjs';
import { browserTestsExist, gates, suites } from './test-stages.mjs';
import { ensureWebBuilt } from './web-app.mjs';

/**
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} TestResult
 * @typedef {{ assertionResults: TestResult[], status: string, name: string, message: string }} TestFile
 * @typedef {{ testResults: TestFile[] }} VitestReport
 */

const requireAll = process.env['MUSTER_TEST_REQUIRE'] === 'all';
const fast = process.argv.includes('--fast');
const named = new Set(process.argv.slice(2).filter((argument) => !argument.startsWith('-')));
const environment = { ...toolEnvironment(), NODE_ENV: 'test' };

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const leftOut = [];

/** @param {string} line */
const say = (line) => console.log(line);
/** @param {number} startedAt */
const secondsSince = (startedAt) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/** @param {string} what */
function fail(what) {
  total.failed += 1;
  failures.push(what);
}

/**
 * Counts something that did not run, which is a failure where everything is required.
 * @param {string} what
 */
function skip(what) {
  if (requireAll) return fail(`${what} (left out, and MUSTER_TEST_REQUIRE=all)`);
  total.skipped += 1;
  leftOut.push(what);
}

/** @param {import('./test-stages.mjs').Gate} gate */
async function runGate(gate) {
  const startedAt = performance.now();
  const results = [];
  for (const command of gate.commands) {
    results.push(await run(command, { cwd: root, env: environment, deadlineMs: 3 * 60_000 }));
  }
  const failed = results.filter((result) => result.code !== 0);
  if (failed.length === 0) {
    total.passed += 1;
    say(`✔ ${gate.name}: ${gate.about}  ${secondsSince(startedAt)}`);
    return;
  }
  fail(gate.name);
  say(`✘ ${gate.name}: ${gate.about}  ${secondsSince(startedAt)}`);
  say(failed.map((result) => result.output.trimEnd().replaceAll(/^/gm, '  ')).join('\n'));
  if (gate.hint !== undefined) say(`  To put it right: ${gate.hint}`);
}

/**
 * Runs the gates two at a time: more would not be faster on two cores.
 * @param {import('./test-stages.mjs').Gate[]} waiting
 */
async function runGates(waiting) {
  const worker = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) await runGate(gate);
  };
  await Promise.all([worker(), worker()]);
}

/**
 * Adds what vitest wrote down to the totals.
 * @param {string} suite
 * @param {VitestReport} report
 * @returns {number} how many failed
 */
function count(suite, report) {
  const before = total.failed;
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') total.passed += 1;
      else if (test.status === 'failed') fail(`${suite}: ${test.fullName}${reasonOf(test)}`);
      else skip(`${suite}: ${test.fullName}`);
    }
    // A file that cannot be loaded, or whose set-up fails, has no failed test of its own.
    const explained = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !explained) fail(`${suite}: ${file.name.replace(root, '')}`);
  }
  return total.failed - before;
}

/**
 * The beginning of what a failed test said, so that the last lines of a long run are enough to begin with.
 * @param {VitestReport['testResults'][number]['assertionResults'][number]} test
 */
function reasonOf(test) {
  const lines = stripVTControlCharacters(test.failureMessages?.[0] ?? '').split('\n');
  return lines
    .slice(0, 12)
    .map((line) => `\n    ${line}`)
    .join('');
}

/** @param {import('./test-stages.mjs').Suite} suite @param {string} scratch */
async function runSuite(suite, scratch) {
  say(`\n▶ ${suite.name}: ${suite.about}`);
  const startedAt = performance.now();
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...environment };
  if (suite.needs === 'chromium') {
    if (!browserTestsExist()) return say('  no tests yet');
    const chromium = await ensureChromium(say);
    if (chromium === undefined) {
      say(`  left out: ${howToGetChromium}`);
      return skip(`${suite.name}: ${howToGetChromium}`);
    }
    env['MUSTER_TEST_CHROMIUM'] = chromium;
  }
  if (suite.needs !== undefined) {
    try {
      await ensureWebBuilt(say);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(error.message);
      return fail(`${suite.name}: the web app does not build`);
    }
  }
  const reportFile = join(scratch, `${suite.name}.json`);
  const result = await run(
    [
      packagedNode(),
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...suite.projects.map((project) => `--project=${project}`),
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ],
    { cwd: root, env, show: true, deadlineMs: suite.deadlineMs },
  );
  let failed = 0;
  try {
    failed = count(suite.name, /** @type {VitestReport} */ (JSON.parse(readFileSync(reportFile, 'utf8'))));
  } catch {
    // Without a report the exit code alone speaks.
  }
  if (result.code !== 0 && failed === 0) fail(`${suite.name}: vitest ended with code ${result.code}`);
  say(`  ${suite.name} took ${secondsSince(startedAt)}`);
}

/** Runs what was asked for. */
async function main() {
  stopChildrenWithUs();
  await ensureInstalled(say);
  const allGates = gates();
  const unknown = [...named].filter((name) => ![...allGates, ...suites].some((stage) => stage.name === name));
  if (unknown.length > 0) {
    const known = [...allGates, ...suites].map((stage) => stage.name).join(', ');
    throw new Refusal(`There is no stage called ${unknown.join(', ')}. The stages are: ${known}.`);
  }
  /** @param {{ name: string }} stage */
  const wanted = (stage) => named.size === 0 || named.has(stage.name);

  await runGates(allGates.filter(wanted));
  const scratch = mkdtempSync(join(tmpdir(), 'muster-test-'));
  try {
    for (const suite of suites) {
      if (wanted(suite) && (!fast || suite.fast === true)) await runSuite(suite, scratch);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  fail('preparation');
}
say('');
for (const what of failures) say(`✘ ${what}`);
for (const what of leftOut) say(`- left out: ${what}`);
if (total.failed > 0) process.exitCode = 1;
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
