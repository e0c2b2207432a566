/** Child processes with a deadline, ended together with this one and never by name. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Ends a child and everything it started.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Already gone.
  }
}

/**
 * From now on, when this process is told to stop, the children of `run` stop first.
 * @returns {() => void} gives the signals back, for whoever handles them from then on
 */
export function stopChildrenWithUs() {
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    for (const child of running) signalGroup(child, 'SIGTERM');
    const deadline = performance.now() + 5_000;
    setInterval(() => {
      if (running.size > 0 && performance.now() < deadline) return;
      for (const child of running) signalGroup(child, 'SIGKILL');
      process.exit(exitCodeOf(null, signal));
    }, 50);
  };
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
}

/**
 * The exit code a shell would report.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (signal === null ? 1 : constants.signals[signal]);
}

/**
 * Runs a program to its end. Never rejects: a program that cannot be started or overruns its deadline has failed.
 * @param {readonly [string, ...string[]]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, deadlineMs?: number }} [options]
 *   `show` lets the output through as it comes; otherwise it is collected.
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run([program, ...args], { cwd, env, show = false, deadlineMs = 15 * 60_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that all it started can be ended with it.
      detached: process.platform !== 'win32',
    });
    running.add(child);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += String(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += String(text);
    });
    const overdue = setTimeout(() => {
      output += `\nStopped: not done after ${Math.round(deadlineMs / 1000)} s.\n`;
      if (show) console.error(`Stopped: not done after ${Math.round(deadlineMs / 1000)} s.`);
      signalGroup(child, 'SIGTERM');
      setTimeout(() => signalGroup(child, 'SIGKILL'), 10_000).unref();
    }, deadlineMs);
    child.once('error', (error) => {
      clearTimeout(overdue);
      running.delete(child);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    child.once('close', (code, signal) => {
      clearTimeout(overdue);
      running.delete(child);
      // A child that died may leave others of its group behind.
      signalGroup(child, 'SIGKILL');
      resolve({ code: exitCodeOf(code, signal), output });
    });
  });
}
