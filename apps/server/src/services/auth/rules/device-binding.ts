import type { Role } from '@muster/contracts';

export interface DeviceSignIn {
  readonly role: Role;
  /** The device has shown that it holds its key. */
  readonly hasKey: boolean;
  /** This user has, or had, a device of their own. */
  readonly hasHadDevice: boolean;
  /** The user that this device is bound to already. */
  readonly deviceOwnerId: string | null;
  /** The organization wants to see also the first device. */
  readonly approvesFirst: boolean;
}

/**
 * Whether this sign-in binds the device to the user by itself. A member's first device with a key is bound: punches are
 * expected from it. A further one waits for approval, also after the first was lost or given up: else whoever gets rid
 * of one's own device could punch with any. A device that is another member's is not bound again, and staff and
 * guardians, who punch nothing, bind none: a teacher may sign in on a pupil's phone without taking it over.
 */
export const bindsDevice = ({ role, hasKey, hasHadDevice, deviceOwnerId, approvesFirst }: DeviceSignIn): boolean =>
  role === 'member' && hasKey && !hasHadDevice && deviceOwnerId === null && !approvesFirst;
