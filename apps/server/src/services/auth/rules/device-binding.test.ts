import { roles } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { bindsDevice } from './device-binding.ts';

const first = { role: 'member', hasKey: true, hasHadDevice: false, deviceOwnerId: null, approvesFirst: false } as const;

describe('a sign-in', () => {
  it('binds a member’s first device that has a key', () => {
    expect(bindsDevice(first)).toBe(true);
    expect(bindsDevice({ ...first, hasKey: false })).toBe(false);
    expect(bindsDevice({ ...first, approvesFirst: true })).toBe(false);
  });

  it('binds no further one, none that is somebody else’s, and none to staff', () => {
    expect(bindsDevice({ ...first, hasHadDevice: true })).toBe(false);
    expect(bindsDevice({ ...first, deviceOwnerId: 'somebody' })).toBe(false);
    expect(roles.filter((role) => bindsDevice({ ...first, role }))).toEqual(['member']);
  });
});
