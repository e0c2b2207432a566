import { describe, expect, it } from 'vitest';
import { missingEntries, platformOf } from '../../scripts/complete-lock.mjs';

describe('a complete lock', () => {
  it.each([
    ['@oxlint/binding-linux-arm64-musl', { os: 'linux', cpu: 'arm64', libc: 'musl' }],
    ['@oxlint/binding-linux-arm-gnueabihf', { os: 'linux', cpu: 'arm', libc: 'glibc' }],
    ['@biomejs/cli-darwin-x64', { os: 'darwin', cpu: 'x64' }],
    ['fsevents', undefined],
  ])('reads the platform from the name %s', (name, platform) => {
    expect(platformOf(name)).toEqual(platform);
  });

  it('lacks nothing when every optional package has an entry', () => {
    const packages = {
      'node_modules/tool': { version: '1.2.3', dev: true, optionalDependencies: { '@tool/linux-x64': '1.2.3' } },
    };
    const missing = missingEntries(packages);
    expect(missing).toEqual({
      'node_modules/@tool/linux-x64': { version: '1.2.3', cpu: ['x64'], dev: true, optional: true, os: ['linux'] },
    });
    expect(missingEntries({ ...packages, ...missing })).toEqual({});
  });
});
