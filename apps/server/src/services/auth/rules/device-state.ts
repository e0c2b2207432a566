import type { DeviceState, Role } from '@muster/contracts';

export interface DeviceFacts {
  readonly role: Role;
  readonly hasKey: boolean;
  readonly isBound: boolean;
  readonly isRevoked: boolean;
  readonly isBoundToAnother: boolean;
}

/** What a device is to its user. */
export const deviceStateOf = ({ role, hasKey, isBound, isRevoked, isBoundToAnother }: DeviceFacts): DeviceState => {
  if (isRevoked) return 'revoked';
  if (isBound) return 'own';
  if (role !== 'member') return 'signed-in';
  if (isBoundToAnother) return 'of-another';
  return hasKey ? 'waiting' : 'keyless';
};
