import { expect, it } from 'vitest';
import { waitsForDevice } from './waits-for-device.ts';

const waits = (...codes: string[]) => waitsForDevice(codes.map((code) => ({ code })));

it('tells a punch that waits for its phone alone', () => {
  expect(waits('device-not-bound')).toBe(true);
  expect(waits('device-not-bound', 'clock-differs')).toBe(true);
  expect(waits('device-not-bound', 'enter-held')).toBe(true);
});

it('leaves to a supervisor what has to be looked at for any other reason, also one that it does not know', () => {
  expect(waits('device-not-bound', 'far-from-site')).toBe(false);
  expect(waits('device-not-bound', 'offline', 'clock-differs')).toBe(false);
  expect(waits('device-not-bound', 'something-new')).toBe(false);
  expect(waits('enter-held')).toBe(false);
  expect(waits()).toBe(false);
});
