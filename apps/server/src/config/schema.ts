import { resolve } from 'node:path';
import type { Setting } from '@muster/contracts';
import { contradictionsIn } from './contradictions.ts';
import { shownSettings } from './shown-settings.ts';
import { allTargets, type Environment, environmentSchema, type Target } from './variables.ts';

/** What the program is told: the variables, read and made sense of. */
export interface Configuration extends Omit<Environment, 'MUSTER_PUBLIC_URL' | 'MUSTER_TARGETS'> {
  /** Absolute. */
  readonly dataFolder: string;
  readonly publicUrl: string;
  readonly targets: readonly Target[];
  /** All of it, as those who run Muster may see it: without what is secret. */
  readonly shown: readonly Setting[];
}

/** A configuration that cannot work, told in sentences that name the fix. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}

/**
 * Reads the configuration out of the environment.
 * @throws ConfigurationError naming every variable that cannot be used.
 */
export const parseConfiguration = (
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): Configuration => {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = environmentSchema.safeParse(given);
  if (!result.success) {
    throw new ConfigurationError(
      result.error.issues.map(({ path, message }) => `${String(path[0])} cannot be used: ${message}.`),
    );
  }
  const { MUSTER_PUBLIC_URL, MUSTER_TARGETS, ...rest } = result.data;
  const targets = MUSTER_TARGETS ?? allTargets;
  const contradictions = contradictionsIn(result.data, targets);
  if (contradictions.length > 0) throw new ConfigurationError(contradictions);
  return {
    ...rest,
    dataFolder: resolve(workingFolder, rest.MUSTER_DATA),
    publicUrl: MUSTER_PUBLIC_URL ?? `http://localhost:${rest.PORT}`,
    targets,
    shown: shownSettings(given),
  };
};
