/** Finds the browser that the browser tests drive; on Debian, as root, installs it. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './processes.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} the path of an installed Chromium or Chrome */
export function findChromium() {
  const given = process.env['MUSTER_TEST_CHROMIUM'];
  if (given !== undefined && given !== '') return isProgram(given) ? given : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin', '/usr/local/bin');
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...candidates, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(isProgram);
}

export const howToGetChromium =
  'no Chromium found: install it (Debian: apt-get install chromium fonts-noto-core) or name its path in MUSTER_TEST_CHROMIUM';

/**
 * @param {(line: string) => void} say shows one line of progress
 * @returns {Promise<string | undefined>}
 */
export async function ensureChromium(say) {
  const found = findChromium();
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && !process.env['MUSTER_TEST_CHROMIUM'];
  if (found !== undefined || !mayInstall) return found;
  say('Installing Chromium (apt-get) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(['apt-get', 'update', '-qq'], { env, deadlineMs: 3 * 60_000 });
  const packages = ['chromium', 'fonts-noto-core'];
  const installed = await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env,
    deadlineMs: 5 * 60_000,
  });
  if (installed.code !== 0) say(installed.output.trim().split('\n').slice(-5).join('\n'));
  return findChromium();
}
