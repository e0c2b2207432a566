import { expect, it } from 'vitest';
import { bindsDevice } from './device-binding.ts';

it('binds a member’s first device, once, and nobody else’s', () => {
  expect(bindsDevice({ role: 'member', ownDeviceId: null, deviceOwnerId: null })).toBe(true);
  expect(bindsDevice({ role: 'member', ownDeviceId: 'phone', deviceOwnerId: null })).toBe(false);
  expect(bindsDevice({ role: 'member', ownDeviceId: null, deviceOwnerId: 'somebody' })).toBe(false);
  expect(bindsDevice({ role: 'supervisor', ownDeviceId: null, deviceOwnerId: null })).toBe(false);
});
