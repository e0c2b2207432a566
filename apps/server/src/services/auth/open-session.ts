import { randomBytes } from 'node:crypto';
import type { DeviceClaim, Tokens } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OutgoingEvent } from '../../platform/events/port.ts';
import type { Actor, OpenCall } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { lockUser, readAccount } from './account-store.ts';
import { approveDevice } from './approve-device.ts';
import { requireSameKey, takeKeyProof } from './device-proof.ts';
import { countUsersOf, readBindings, type ShownKey, writeDevice } from './device-store.ts';
import { endSessions } from './end-sessions.ts';
import { refreshExpiry, type TokenSubject } from './issue-tokens.ts';
import { readPolicy } from './policy-store.ts';
import type { AuthPorts } from './ports.ts';
import { bindsDevice } from './rules/device-binding.ts';
import { sessionLifetimeMs } from './rules/lifetimes.ts';
import { firstRefreshToken, hashOf, type RefreshToken } from './rules/refresh-token.ts';
import { signInAnomalies } from './rules/sign-in-anomalies.ts';
import { insertRefreshToken, insertSession, listOpenSessions, readHistory } from './session-store.ts';

/** The one who has been away longest is signed out when a user signs in once more than this. */
export const openSessionsAtMost = 20;

/** How somebody has just shown that it is them; stands in the list of sessions and in the audit log. */
export type SignInMethod =
  | 'password'
  | 'password+code'
  | 'password+recovery-code'
  | 'password+passkey'
  | 'passkey'
  | 'single-sign-on'
  | 'teacher-code';

export interface NewSession {
  readonly orgId: string;
  readonly userId: string;
  readonly device: DeviceClaim;
  readonly method: SignInMethod;
  /** By the network address. */
  readonly country: string | null;
  /** Who has issued the teacher code that was used: on their word the device is bound at once. */
  readonly deviceApprovedBy?: Pick<Actor, 'userId' | 'role'>;
}

export interface OpenedSession {
  readonly subject: TokenSubject;
  readonly refresh: { readonly token: RefreshToken; readonly expiresAt: Date };
}

type OpeningPorts = Pick<AuthPorts, 'events' | 'clock'>;

/**
 * Begins a session for somebody who has shown everything that is asked of them: the one door in, whatever the way to it.
 * Null when the account is not, or not any more, active.
 * @throws DeviceProofRefused when the device is not the one it says it is
 */
export const openSession = async (
  tx: Tx,
  { events, clock }: OpeningPorts,
  { orgId, userId, device, method, country, deviceApprovedBy }: NewSession,
  call: OpenCall,
): Promise<OpenedSession | null> => {
  await lockUser(tx, userId);
  const account = await readAccount(tx, userId);
  if (account === null || account.status !== 'active') return null;
  const { role } = account;
  const at = clock.now();
  const { deviceId, name } = device;
  const key = await takeKeyProof(tx, userId, device, at);
  const { isNew, isBound, waits, isKnown } = await enterDevice(tx, { orgId, userId, role, deviceId, name, key, at });
  const isApproved = waits && deviceApprovedBy !== undefined;

  const earlier = await listOpenSessions(tx, userId);
  const surplus = earlier.slice(openSessionsAtMost - 1).map(({ id }) => id);
  await endSessions(tx, events, { orgId, sessionIds: surplus, cause: 'too-many-sessions', at });

  const sessionId = uuidv7();
  const subject = { userId, orgId, role, sessionId, deviceId };
  const anomalies = await findAnomalies(tx, subject, { isNewOnDevice: isNew, country, at });
  const endsBy = new Date(at.getTime() + sessionLifetimeMs);
  const token = firstRefreshToken(orgId, sessionId, randomBytes(32));
  const expiresAt = refreshExpiry(at, endsBy);
  const familySecret = randomBytes(32);
  const session = {
    orgId,
    id: sessionId,
    userId,
    deviceId,
    role,
    method,
    country,
    familySecret,
    startedAt: at,
    endsBy,
  };
  await insertSession(tx, session);
  await insertRefreshToken(tx, { orgId, hash: hashOf(token), sessionId, parentHash: null, issuedAt: at, expiresAt });

  const { ipAddress, userAgent, requestId } = call;
  const bound = isBound || isApproved;
  const seen = { type: 'auth.device-seen', key: userId, payload: { userId, deviceId, bound } } as const;
  const news = { userId, deviceId, deviceName: name, at: at.toISOString() };
  const waiting = { type: 'auth.device-waiting', key: userId, payload: news } as const;
  await events.append(tx, orgId, [seen, ...(waits && !isApproved && !isKnown ? [waiting] : []), ...anomalies]);
  if (isApproved) {
    const approval = { orgId, userId, deviceId, approvedBy: deviceApprovedBy, how: 'teacher-code', requestId } as const;
    await approveDevice(tx, { events, clock }, approval);
  }
  const kinds = anomalies.map(({ payload }) => (payload as { kind: string }).kind);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId, role },
      action: 'auth.signed-in',
      object: { kind: 'session', id: sessionId },
      requestId,
      detail: { method, deviceId, bound, keyThumbprint: key?.thumbprint ?? null, anomalies: kinds },
      personal: { of: userId, fields: { deviceName: name, ipAddress, userAgent, country } },
    },
    clock,
  );
  return { subject, refresh: { token, expiresAt } };
};

interface EnteredDevice {
  readonly isNew: boolean;
  readonly isBound: boolean;
  /** A member's, with a key, that is nobody's yet: until it is approved, what is scanned there waits. */
  readonly waits: boolean;
  readonly isKnown: boolean;
}

/** @throws DeviceProofRefused when a key of this device is known and it has not shown that one */
const enterDevice = async (
  tx: Tx,
  device: {
    orgId: string;
    userId: string;
    role: TokenSubject['role'];
    deviceId: string;
    name: string;
    key: ShownKey | null;
    at: Date;
  },
): Promise<EnteredDevice> => {
  const { role, key, userId, deviceId } = device;
  const bindings = await readBindings(tx, userId, deviceId);
  requireSameKey(userId, deviceId, { known: bindings.thumbprint, claimed: key?.thumbprint ?? null });
  const approvesFirst = role === 'member' && (await readPolicy(tx)).approveFirstDevice;
  const bind = bindsDevice({ role, hasKey: key !== null, approvesFirst, ...bindings });
  const { isNew, isBound } = await writeDevice(tx, { ...device, bind });
  const { deviceOwnerId, isKnown } = bindings;
  const isAnothers = deviceOwnerId !== null && deviceOwnerId !== userId;
  return { isNew, isBound, isKnown, waits: role === 'member' && key !== null && !isBound && !isAnothers };
};

const dayMs = 24 * 60 * 60_000;

const findAnomalies = async (
  tx: Tx,
  { userId, sessionId, deviceId }: TokenSubject,
  { isNewOnDevice, country, at }: { isNewOnDevice: boolean; country: string | null; at: Date },
): Promise<OutgoingEvent[]> => {
  const history = await readHistory(tx, userId);
  const anomalies = signInAnomalies({
    nowMs: at.getTime(),
    country,
    earlier: history.map((each) => ({ country: each.country, atMs: each.startedAt.getTime() })),
    accountsOnDevice: isNewOnDevice ? await countUsersOf(tx, deviceId, new Date(at.getTime() - dayMs)) : 1,
    isNewOnDevice,
  });
  return anomalies.map(({ kind, sentence, innocentExplanations }) => ({
    type: 'auth.sign-in-anomaly',
    key: userId,
    payload: {
      userId,
      sessionId,
      deviceId,
      kind,
      at: at.toISOString(),
      sentence,
      innocentExplanations: [...innocentExplanations],
    },
  }));
};

/** The tokens of a session that has just been committed. */
export const tokensOf = (
  { issue, clock }: Pick<AuthPorts, 'issue' | 'clock'>,
  opened: OpenedSession,
): Promise<Tokens> => issue(opened.subject, opened.refresh, clock.now());
