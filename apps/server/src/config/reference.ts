import { z } from 'zod';
import { environmentSchema } from './variables.ts';

interface JsonSchemaProperty {
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly type?: string;
}

const shown = (value: unknown): string => {
  if (value instanceof Map) return '';
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
  return text === undefined || text === '' ? '' : `\`${text}\``;
};

/** The page docs/configuration.md, made from the schema itself. */
export const configurationReference = (): string => {
  const { properties } = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }) as unknown as {
    properties: Record<string, JsonSchemaProperty>;
  };
  const defaults: Readonly<Record<string, unknown>> = environmentSchema.parse({});
  const rows = Object.entries(properties).map(([name, { description, enum: choices }]) => {
    const values = choices === undefined ? '' : ` One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
    return `| \`${name}\` | ${shown(defaults[name])} | ${description ?? ''}${values} |`;
  });
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
