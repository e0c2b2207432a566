import { type ClientRequest, headerOf } from './request.ts';

/** How an app can present the secret of its device. */
export type Authentication = 'path' | 'basic' | 'bearer';

/** What a request presents; whether it is right is decided elsewhere, against hashes. */
export type PresentedSecret = { readonly secret: string; readonly deviceId: string | null };

const maxSecretLength = 200;

/**
 * The secret in a request to `/clients/<client>/<secret>`, or in the app's own way of authentication: Basic (the device
 * as user name, the secret as password) or Bearer. A header counts before the path. Null where there is none.
 */
export function presentedSecret(request: ClientRequest, ways: readonly Authentication[]): PresentedSecret | null {
  const found =
    (ways.includes('basic') ? fromBasic(request) : null) ??
    (ways.includes('bearer') ? fromBearer(request) : null) ??
    (ways.includes('path') ? fromPath(request) : null);
  return found !== null && found.secret !== '' && found.secret.length <= maxSecretLength ? found : null;
}

function fromBasic(request: ClientRequest): PresentedSecret | null {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  if (encoded === undefined) {
    return null;
  }
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? null : { deviceId: decoded.slice(0, colon) || null, secret: decoded.slice(colon + 1) };
}

function fromBearer(request: ClientRequest): PresentedSecret | null {
  const secret = /^bearer +(\S+) *$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  return secret === undefined ? null : { deviceId: null, secret };
}

function fromPath(request: ClientRequest): PresentedSecret | null {
  const segment = /^\/clients\/[^/?#]+\/([^/?#]+)/.exec(request.path)?.[1];
  if (segment === undefined) {
    return null;
  }
  try {
    return { deviceId: null, secret: decodeURIComponent(segment) };
  } catch {
    return null;
  }
}
