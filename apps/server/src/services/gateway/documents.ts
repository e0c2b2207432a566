import { asyncApiDocument, openApiDocument, problemCatalogue, type ProblemCode } from '@muster/contracts';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';

/** The descriptions of the API, for programs and for people. */
export const serveDocuments = async (server: FastifyInstance): Promise<void> => {
  const openApi = openApiDocument();
  const asyncApi = asyncApiDocument();
  server.get('/openapi.json', () => openApi);
  server.get('/asyncapi.json', () => asyncApi);
  server.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(problemCatalogue, code)) return reply.callNotFound();
    return { code, ...problemCatalogue[code as ProblemCode] };
  });
  await server.register(scalar, {
    routePrefix: '/docs',
    configuration: { url: '/openapi.json', withDefaultFonts: false, telemetry: false },
  });
};
