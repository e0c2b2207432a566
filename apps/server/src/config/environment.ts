import { type Configuration, parseConfiguration } from './schema.ts';

/** The only place that reads the process's environment. */
export const configurationFromEnvironment = (
  overrides: Readonly<Record<string, string | undefined>> = {},
): Configuration => parseConfiguration({ ...process.env, ...overrides }, process.cwd());
