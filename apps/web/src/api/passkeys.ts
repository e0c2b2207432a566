import type { RouteRequest } from '@muster/contracts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { routes } from './client.ts';

type Assertion = RouteRequest<typeof routes.signInByPasskey>['body']['response'];
type Attestation = Extract<RouteRequest<typeof routes.finishFactor>['body']['factor'], { kind: 'passkey' }>['response'];

/** Whether this browser, at this address, can have passkeys at all. */
export const supportsPasskeys = (): boolean =>
  typeof window.PublicKeyCredential === 'function' && window.isSecureContext;

/** The person said no, or looked for a passkey that is not here: nothing has gone wrong. */
const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name);

/** Asks for one of the passkeys here; null when it was cancelled. */
export const askForPasskey = async (options: object): Promise<Assertion | null> => {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  try {
    const given = await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
    return given as unknown as Assertion;
  } catch (error) {
    if (wasCancelled(error)) return null;
    throw error;
  }
};

/** Makes a passkey here; null when it was cancelled. */
export const makePasskey = async (options: object): Promise<Attestation | null> => {
  const { startRegistration } = await import('@simplewebauthn/browser');
  try {
    const made = await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON });
    return made as unknown as Attestation;
  } catch (error) {
    if (wasCancelled(error)) return null;
    throw error;
  }
};
