import { describe, expect, it } from 'vitest';
import { asyncApiDocument } from './asyncapi.ts';
import { routes } from './catalogue.ts';
import { events } from './events.ts';
import { openApiDocument } from './openapi.ts';
import type { RouteDefinition } from './route.ts';

const all = Object.entries<RouteDefinition>(routes);

describe('the catalogue of routes', () => {
  it('names each route by its operation', () => {
    for (const [name, { operation }] of all) expect(operation).toBe(name);
  });

  it('has no two routes with the same method and path', () => {
    const places = all.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':x')}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it.each(all)('%s declares its path parameters', (_name, { path, params }) => {
    const named = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    expect(new Set(Object.keys(params?.shape ?? {}))).toEqual(new Set(named));
  });

  it.each(all)('%s answers 204 exactly when it has no answer', (_name, { answer, status = 200 }) => {
    expect(status === 204).toBe(answer === null);
  });

  it.each(all)('%s reads without a key; a GET never writes', (_name, { method, idempotency }) => {
    if (method === 'GET') expect(idempotency).toBe('natural');
  });

  it.each(all.filter(([, { mayLag }]) => mayLag === true))('%s may lag: it reads, for somebody', (_name, route) => {
    expect(route).toMatchObject({ method: 'GET', access: { permission: expect.any(String) as string } });
  });

  it.each(all.filter(([, { secretAnswer }]) => secretAnswer === true))(
    '%s asks for a key',
    (_name, { idempotency }) => {
      expect(idempotency).toBe('key');
    },
  );
});

describe('the generated descriptions', () => {
  it('describe every route', () => {
    const paths = openApiDocument()['paths'] as Record<string, Record<string, { operationId: string }>>;
    const described = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));
    expect(new Set(described)).toEqual(new Set(Object.keys(routes)));
  });

  it('describe every event', () => {
    const { messages } = asyncApiDocument()['components'] as { messages: Record<string, unknown> };
    expect(Object.keys(messages)).toEqual(expect.arrayContaining(Object.keys(events)));
  });
});
