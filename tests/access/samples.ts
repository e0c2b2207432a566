import { randomUUID } from 'node:crypto';
import type { RouteDefinition } from '@muster/contracts';
import { z } from 'zod';

/** Requests that the contract accepts, made from its schemas. */

/** The id that stands in a field of this name; undefined where the field names nothing that could be somebody else's. */
export type IdOf = (field: string) => string | undefined;

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** What a schema cannot say of its values. */
const sayings: Readonly<Record<string, unknown>> = {
  timeZone: 'Europe/Vienna',
  entryTime: '08:00',
  exitTime: '16:00',
  month: '2026-01',
  language: 'en',
  role: 'member',
  // Or nobody could sign in any more.
  staffSecondFactor: false,
  // The students of the matrix punch on the phones that they have.
  oneDevicePerMember: false,
  approveFirstDevice: false,
  isLost: false,
  weekdays: [1, 2, 3, 4, 5],
  latitude: 47.07,
  longitude: 15.44,
  fileName: 'people.csv',
  slug: 'sample-college',
  domains: ['school.example'],
  // Nobody is asked there.
  issuer: 'https://127.0.0.1',
  rings: [
    [
      [15.43, 47.06],
      [15.45, 47.06],
      [15.44, 47.08],
      [15.43, 47.06],
    ],
  ],
};

/** Every part of the request, with everything in it that may be left out, too, when it is an id. */
export const sampleOf = (route: RouteDefinition, idOf: IdOf): { params: object; query: object; body?: unknown } => ({
  params: partOf(route.params, idOf),
  query: partOf(route.query, idOf),
  ...(route.body === undefined ? {} : { body: partOf(route.body, idOf) }),
});

const partOf = (schema: z.ZodType | undefined, idOf: IdOf): object => {
  if (schema === undefined) return {};
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return valueOf(described, '', idOf, described) as object;
};

export const isId = (field: string): boolean => /Ids?$/.test(field);

/** The names of ids that the request holds, so that each can be somebody else's. */
export const idFieldsOf = (route: RouteDefinition): string[] => {
  const fields = new Set<string>();
  const remember: IdOf = (field) => {
    if (isId(field)) fields.add(field);
    return randomUUID();
  };
  sampleOf(route, remember);
  return [...fields];
};

const valueOf = (schema: Schema, name: string, idOf: IdOf, root: Schema): unknown => {
  if (schema.$ref !== undefined) return valueOf(resolved(schema.$ref, root), name, idOf, root);
  if (schema.const !== undefined) return schema.const;
  if (name in sayings) return sayings[name];
  if (schema.enum !== undefined) return schema.enum[0];
  const variants = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (variants !== undefined) {
    return valueOf(variants.find(({ type }) => type !== 'null') ?? {}, name, idOf, root);
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, idOf, root);
    case 'array':
      return arrayOf(schema, name, idOf, root);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textOf(schema, name, idOf);
  }
};

const objectOf = (schema: Schema, idOf: IdOf, root: Schema): object => {
  const required = new Set(schema.required ?? []);
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || isId(name));
  return Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property, name, idOf, root)]));
};

const arrayOf = (schema: Schema, name: string, idOf: IdOf, root: Schema): unknown[] => {
  if (schema.prefixItems !== undefined) return schema.prefixItems.map((item) => valueOf(item, '', idOf, root));
  // `memberIds` holds what `memberId` is.
  const itemName = name.replace(/Ids$/, 'Id');
  return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () =>
    valueOf(schema.items ?? {}, itemName, idOf, root),
  );
};

const textOf = ({ format, minLength = 1 }: Schema, name: string, idOf: IdOf): string => {
  if (name.endsWith('Id')) {
    const id = idOf(name);
    if (id !== undefined) return id;
  }
  if (format === 'uuid') return randomUUID();
  if (format === 'date') return new Date().toISOString().slice(0, 10);
  if (format === 'date-time') return new Date().toISOString();
  if (format === 'email') return `${randomUUID()}@muster.example`;
  if (format === 'uri') return 'https://muster.example/';
  return `sample ${randomUUID()}`.padEnd(minLength, '.').slice(0, Math.max(minLength, 40));
};

const resolved = (reference: string, root: Schema): Schema => root.$defs?.[reference.replace('#/$defs/', '')] ?? root;
