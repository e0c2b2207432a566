import type { Role } from '@muster/contracts';

export interface DeviceSignIn {
  readonly role: Role;
  /** The device that this user is bound to already. */
  readonly ownDeviceId: string | null;
  /** The user that this device is bound to already. */
  readonly deviceOwnerId: string | null;
}

/**
 * Whether this sign-in binds the device to the user. A member's first device is bound: punches are expected from it. A
 * device that is another member's is not bound again (the sign-in works, a punch from there is evidence), and staff
 * and guardians, who punch nothing, bind none: a teacher may sign in on a pupil's phone without taking it over.
 */
export const bindsDevice = ({ role, ownDeviceId, deviceOwnerId }: DeviceSignIn): boolean =>
  role === 'member' && ownDeviceId === null && deviceOwnerId === null;
