import type { RouteAnswer, RouteDefinition, RouteRequest } from '@muster/contracts';
import { readActing } from './acting.ts';
import { addressOf, freshAccessToken } from './client.ts';
import { offlineProblem, problemOf } from './problem.ts';

/**
 * Sends a file as it is; `fetch` does not tell how far an upload is.
 *
 * @param onProgress told a fraction of 1
 * @throws ProblemError as `call` does
 */
export const upload = async <R extends RouteDefinition>(
  route: R,
  params: RouteRequest<R>['params'],
  file: Blob,
  onProgress: (fraction: number) => void,
): Promise<RouteAnswer<R>> => {
  const token = await freshAccessToken();
  const sending = new XMLHttpRequest();
  const response = await new Promise<Response>((resolve, reject) => {
    sending.open(route.method, addressOf(route, { params: params as Record<string, unknown> }));
    sending.responseType = 'text';
    sending.setRequestHeader('content-type', 'application/octet-stream');
    sending.setRequestHeader('accept', 'application/json');
    const acting = readActing();
    if (acting) sending.setRequestHeader('muster-organization', acting.orgId);
    if (token) sending.setRequestHeader('authorization', `Bearer ${token}`);
    sending.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    sending.addEventListener('load', () =>
      resolve(
        new Response(sending.responseText, {
          status: sending.status,
          headers: { 'content-type': sending.getResponseHeader('content-type') ?? '' },
        }),
      ),
    );
    sending.addEventListener('error', () => reject(offlineProblem()));
    sending.send(file);
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as RouteAnswer<R>;
};
