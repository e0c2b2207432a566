import type { FastifyInstance } from 'fastify';

/** The methods that an address offers, in alphabetical order; none when there is no such address. */
export type OfferedMethods = (path: string) => readonly string[];

/**
 * Notes every route that is declared from now on. The router itself only knows whether method and address fit together,
 * and so cannot tell "not here" from "not this way" (RFC 9110, 15.5.6).
 */
export const noteOfferedMethods = (server: FastifyInstance): OfferedMethods => {
  const methodsByPattern = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    // The web app's catch-all is no address of its own.
    if (url.includes('*')) return;
    const methods = methodsByPattern.get(url) ?? new Set();
    methodsByPattern.set(url, methods);
    for (const each of [method].flat()) methods.add(each);
  });
  return (path) => {
    const methods = [...methodsByPattern]
      .filter(([pattern]) => isOf(pattern, path))
      .flatMap(([, offered]) => [...offered]);
    return [...new Set(methods)].sort();
  };
};

const isOf = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part === given[index] || isFilled(part, given[index]))
  );
};

const isFilled = (part: string, given: string | undefined): boolean => part.startsWith(':') && given !== '';
