import { z } from 'zod';
import { deviceChallenge } from './device-keys.ts';
import { memberCard } from './organization.ts';
import { instant, line, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Devices: installations on which somebody has signed in, and which of them are a member's own. */

/**
 * - `own`: bound to the member, who punches with it;
 * - `waiting`: has a key, and waits until somebody approves it; what is scanned there waits as well;
 * - `of-another`: bound to another member; nobody else can punch there;
 * - `keyless`: has shown no key, and cannot become anybody's own;
 * - `signed-in`: of somebody who punches nothing;
 * - `revoked`: its sessions have ended; signing in there again makes it wait.
 */
export const deviceStates = ['own', 'waiting', 'of-another', 'keyless', 'signed-in', 'revoked'] as const;
export type DeviceState = (typeof deviceStates)[number];

export const device = z.strictObject({
  deviceId: uuid,
  name: z.string(),
  state: z.enum(deviceStates),
  firstSeenAt: instant,
  lastSeenAt: instant,
  approvedAt: instant.nullable().meta({ description: 'since when it is bound; null: it is not' }),
  keyThumbprint: z.string().nullable().meta({ description: 'of its public key (RFC 7638); null: it has none' }),
  openSessions: z.number().int(),
  /** The one that asks. */
  isThis: z.boolean(),
});
export type Device = z.infer<typeof device>;

export const waitingDevice = device.extend({ member: memberCard });
export type WaitingDevice = z.infer<typeof waitingDevice>;

const deviceList = z.strictObject({ items: z.array(device) });
const rename = z.strictObject({ name: line(80) });
const revocation = z.strictObject({
  /** Also: what else reported from that phone, such as an app with a secret of its own, is no longer let in. */
  isLost: z.boolean(),
});
const ended = z.strictObject({ sessionsEnded: z.number().int() });
const ownDevice = z.strictObject({ deviceId: uuid });
const memberParams = z.strictObject({ memberId: uuid });
const devicesOfMember = z.strictObject({ memberId: uuid, deviceId: uuid });
const manage = { permission: 'devices.manage' } as const;

export const deviceRoutes = {
  challengeDevice: route({
    operation: 'challengeDevice',
    service: 'auth',
    method: 'POST',
    path: '/v1/auth/device-challenge',
    summary: 'What a device signs with its key when somebody signs in there; works once, for five minutes',
    access: 'public',
    body: z.strictObject({ deviceId: uuid }),
    answer: z.strictObject({ challenge: deviceChallenge, expiresAt: instant }),
    idempotency: 'natural',
  }),
  listOwnDevices: route({
    operation: 'listOwnDevices',
    service: 'auth',
    method: 'GET',
    path: '/v1/me/devices',
    summary: 'Where one has signed in, and which of it is one’s own for punching',
    access: 'signed-in',
    answer: deviceList,
    idempotency: 'natural',
  }),
  renameOwnDevice: route({
    operation: 'renameOwnDevice',
    service: 'auth',
    method: 'PATCH',
    path: '/v1/me/devices/:deviceId',
    summary: 'Give an own device another name',
    access: 'signed-in',
    params: ownDevice,
    body: rename,
    answer: device,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  revokeOwnDevice: route({
    operation: 'revokeOwnDevice',
    service: 'auth',
    method: 'POST',
    path: '/v1/me/devices/:deviceId/revoke',
    summary: 'Take an own device out of use: its sessions end within a second',
    access: 'signed-in',
    params: ownDevice,
    body: revocation,
    answer: ended,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  listDevicesOf: route({
    operation: 'listDevicesOf',
    service: 'auth',
    method: 'GET',
    path: '/v1/members/:memberId/devices',
    summary: 'The devices of a member',
    access: manage,
    params: memberParams,
    answer: deviceList,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  listWaitingDevices: route({
    operation: 'listWaitingDevices',
    service: 'auth',
    method: 'GET',
    path: '/v1/devices/waiting',
    summary: 'Devices of members that wait for approval, oldest first',
    access: manage,
    answer: z.strictObject({ items: z.array(waitingDevice) }),
    idempotency: 'natural',
  }),
  approveDevice: route({
    operation: 'approveDevice',
    service: 'auth',
    method: 'POST',
    path: '/v1/members/:memberId/devices/:deviceId/approve',
    summary: 'Bind a device to a member; scans that waited for nothing else count from their own time on',
    access: manage,
    params: devicesOfMember,
    answer: device,
    idempotency: 'key',
    problems: ['not-found', 'device-not-approvable'],
  }),
  renameDevice: route({
    operation: 'renameDevice',
    service: 'auth',
    method: 'PATCH',
    path: '/v1/members/:memberId/devices/:deviceId',
    summary: 'Give a member’s device another name',
    access: manage,
    params: devicesOfMember,
    body: rename,
    answer: device,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  revokeDevice: route({
    operation: 'revokeDevice',
    service: 'auth',
    method: 'POST',
    path: '/v1/members/:memberId/devices/:deviceId/revoke',
    summary: 'Take a member’s device out of use, or refuse one that waits: its sessions end within a second',
    access: manage,
    params: devicesOfMember,
    body: revocation,
    answer: ended,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
