import { createHash } from 'node:crypto';
import type { authRoutes } from '@muster/contracts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { insertPasskeyChallenge, takePasskeyChallenge } from './factor-store.ts';
import { loggingForeignDevices, logRefusal } from './log-refusal.ts';
import { openSession, tokensOf } from './open-session.ts';
import { askForPasskey, challengeIn, ownerOf, takePasskey } from './passkeys.ts';
import type { AuthPorts } from './ports.ts';

type Ports = Pick<AuthPorts, 'database' | 'events' | 'clock' | 'issue' | 'party' | 'findCountry'>;

const lifetimeMs = 5 * 60_000;

/** Asks any passkey of this address: the question is the same for everybody, whether they have one or not. */
export const beginPasskeySignIn =
  ({ database, clock, party }: Ports): OpenHandler<typeof authRoutes.beginPasskeySignIn> =>
  async ({ body }) => {
    const options = await askForPasskey(party);
    const at = clock.now();
    const expiresAt = new Date(at.getTime() + lifetimeMs);
    const asked = { hash: hashOf(options.challenge), deviceId: body.deviceId, at, expiresAt };
    await database.acrossOrganizations('auth', (tx) => insertPasskeyChallenge(tx, asked));
    return options;
  };

/** Possession and the owner's finger, face or PIN in one: nothing more is asked for. Each question is answered once. */
export const signInByPasskey =
  (ports: Ports): OpenHandler<typeof authRoutes.signInByPasskey> =>
  async ({ body }, call) => {
    const { database, clock, party } = ports;
    const { device, response } = body;
    const owner = ownerOf(response.response.userHandle);
    const challenge = challengeIn(response.response.clientDataJSON);
    if (owner === null || challenge === null) return problem('sign-in-refused');
    const asked = { hash: hashOf(challenge), deviceId: device.deviceId, at: clock.now() };
    const wasAsked = await database.acrossOrganizations('auth', (tx) => takePasskeyChallenge(tx, asked));
    if (!wasAsked) return problem('sign-in-refused');
    const country = await ports.findCountry(call.ipAddress);
    const { orgId, userId } = owner;
    const opened = await loggingForeignDevices(ports, orgId, call, () =>
      database.inOrganization('auth', orgId, async (tx) => {
        const fits = await takePasskey(tx, party, { userId, response, challenge, at: clock.now() });
        return fits ? openSession(tx, ports, { orgId, userId, device, method: 'passkey', country }, call) : null;
      }),
    );
    if (opened !== null) return tokensOf(ports, opened);
    // Under the deployment: the organization is what a stranger says, and may be none.
    await logRefusal(ports, { method: 'passkey' }, call);
    return problem('sign-in-refused');
  };

const hashOf = (challenge: string): Buffer => createHash('sha256').update(challenge).digest();
