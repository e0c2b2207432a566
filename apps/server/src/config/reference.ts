import { z } from 'zod';
import { environmentSchema } from './variables.ts';

/** A variable, as the schema describes it. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** As it would be written into the environment; empty: none, or one that the meaning explains. */
  readonly defaultText: string;
  /** What may not be shown: all of it, or the password in an address. */
  readonly hides: 'everything' | 'password' | 'nothing';
}

interface JsonSchemaProperty {
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly hides?: Variable['hides'];
}

const textOf = (value: unknown): string => {
  if (value === undefined || value instanceof Map) return '';
  return Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
};

/** Every variable, in the order of the schema. */
export const variables = (): Variable[] => {
  const { properties } = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }) as unknown as {
    properties: Record<string, JsonSchemaProperty>;
  };
  const defaults: Readonly<Record<string, unknown>> = environmentSchema.parse({});
  return Object.entries(properties).map(([name, { description = '', enum: choices, hides = 'nothing' }]) => {
    const values = choices === undefined ? '' : ` One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
    return { name, meaning: `${description}${values}`, defaultText: textOf(defaults[name]), hides };
  });
};

/** The page docs/configuration.md, made from the schema itself. */
export const configurationReference = (): string => {
  const rows = variables().map(
    ({ name, meaning, defaultText }) =>
      `| \`${name}\` | ${defaultText === '' ? '' : `\`${defaultText}\``} | ${meaning} |`,
  );
  return [
    '# Configuration',
    '',
    'Muster reads its configuration from environment variables. This page is generated from',
    '`apps/server/src/config/variables.ts` by `npm run generate`.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
};
