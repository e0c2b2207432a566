import type { z } from 'zod';
import { routes } from './catalogue.ts';
import { toJsonSchema } from './json-schema.ts';
import { problemBody, type ProblemCode, problemCatalogue } from './problems.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/** What every route may answer besides its own problems. */
const commonProblems: readonly ProblemCode[] = [
  'request-invalid',
  'too-many-requests',
  'internal-error',
  'overloaded',
  'unavailable',
  'service-away',
  'took-too-long',
];

/** The OpenAPI 3.1 description of every route; pure, so that it can be generated, committed and compared. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Muster',
    version: '1.0.0',
    description:
      'Attendance and live-location monitoring. Instants are UTC, dates belong to the time zone of the site. ' +
      'Errors are problem documents (RFC 9457) with a stable `code`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [...new Set(Object.values(routes).map(({ service }) => service))].sort().map((name) => ({ name })),
  paths: paths(),
  components: {
    securitySchemes: {
      accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      kioskSecret: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Kiosk <secret>`' },
    },
    schemas: { Problem: toJsonSchema(problemBody, 'output') },
  },
});

const paths = (): Json => {
  const result: Record<string, Json> = {};
  for (const route of Object.values<RouteDefinition>(routes)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    result[path] = { ...result[path], [route.method.toLowerCase()]: operation(route) };
  }
  return result;
};

const operation = (route: RouteDefinition): Json => ({
  operationId: route.operation,
  tags: [route.service],
  summary: route.summary,
  security: security(route),
  parameters: parameters(route),
  ...requestBody(route),
  responses: { ...success(route), ...problems(route) },
  ...(typeof route.access === 'object' ? { 'x-permission': route.access.permission } : {}),
});

const requestBody = ({ body, upload }: RouteDefinition): Json => {
  if (upload !== undefined) {
    const description = `The file as it is, of at most ${upload.maxBytes} bytes.`;
    return { requestBody: { required: true, description, content: { 'application/octet-stream': {} } } };
  }
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(body, 'input') } } } };
};

const security = ({ access }: RouteDefinition): Json[] => {
  if (access === 'public') return [];
  return access === 'kiosk' ? [{ kioskSecret: [] }] : [{ accessToken: [] }];
};

const parameters = (route: RouteDefinition): Json[] => [
  ...fields(route.params, 'path'),
  ...fields(route.query, 'query'),
  ...(route.idempotency === 'key'
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: true,
          description: 'A fresh unique value for every new write; the same value for a repeat.',
          schema: { type: 'string', minLength: 8, maxLength: 100 },
        },
      ]
    : []),
  ...(route.versioned === true && route.method !== 'GET'
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: true,
          description: 'The ETag of the answer that was loaded: the change is refused when it is not the newest.',
          schema: { type: 'string' },
        },
      ]
    : []),
  ...(route.mayLag === true
    ? [
        {
          name: 'Muster-Read-After',
          in: 'header',
          required: false,
          description:
            'The newest `Muster-Written-At` that the client got: the answer has that write in it. Without it the answer may lack what was written in the last seconds.',
          schema: { type: 'string', pattern: '^[0-9A-F]{1,8}/[0-9A-F]{1,8}$' },
        },
      ]
    : []),
];

/** Headers that tell of a replica, and are there only where one is configured. */
const replicaHeaders = ({ method, mayLag, access }: RouteDefinition): Json => {
  if (mayLag === true) {
    const description = 'By how many seconds, at most, the answer may be old; absent when it is not.';
    return { headers: { 'Muster-Lag-Seconds': { description, schema: { type: 'number', minimum: 0 } } } };
  }
  if (method === 'GET' || access === 'public') return {};
  const description = 'Where this write stands; given back as `Muster-Read-After`, later reads have it in them.';
  return { headers: { 'Muster-Written-At': { description, schema: { type: 'string' } } } };
};

const fields = (schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] => {
  if (schema === undefined) return [];
  const json = toJsonSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
};

const success = (route: RouteDefinition): Json => {
  const { answer, status = 200, summary } = route;
  if (answer === null) return { 204: { description: summary, ...replicaHeaders(route) } };
  const contentType = answer.meta()?.['contentType'];
  const mediaType = typeof contentType === 'string' ? contentType.split(';')[0] : 'application/json';
  return {
    [status]: {
      description: summary,
      ...replicaHeaders(route),
      content: { [String(mediaType)]: { schema: toJsonSchema(answer, 'output') } },
    },
  };
};

const problems = (route: RouteDefinition): Json => {
  const codes: ProblemCode[] = [...commonProblems, ...(route.problems ?? [])];
  if (route.access !== 'public') codes.push('not-signed-in');
  if (typeof route.access === 'object') codes.push('not-permitted');
  if (route.stepUp === true) codes.push('step-up-required');
  if (route.body !== undefined) codes.push('body-malformed', 'body-too-large', 'media-type-unsupported');
  if (route.idempotency === 'key') codes.push('idempotency-key-missing', 'idempotency-key-reused', 'still-running');
  if (route.secretAnswer === true) codes.push('conflict');
  if (route.upload !== undefined) codes.push('body-too-large', 'media-type-unsupported');
  if (route.versioned === true && route.method !== 'GET') codes.push('version-missing', 'changed-meanwhile');
  const byStatus = Map.groupBy(new Set(codes), (code) => problemCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${problemCatalogue[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
};
