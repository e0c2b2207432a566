import { describe, expect, it } from 'vitest';
import { type AccountSecurity, needsSecondFactor, stepAfterPassword } from './sign-in-step.ts';

const plain: AccountSecurity = { role: 'member', factors: [], passwordStandsAlone: true, staffSecondFactor: false };

describe('stepAfterPassword', () => {
  it('asks for nothing more where nothing is set up and nothing required', () => {
    expect(stepAfterPassword(plain)).toBe('done');
    expect(stepAfterPassword({ ...plain, role: 'org_admin' })).toBe('done');
  });
  it('asks for a second factor from everyone who has one', () => {
    expect(stepAfterPassword({ ...plain, factors: ['passkey'] })).toBe('prove');
    expect(stepAfterPassword({ ...plain, role: 'supervisor', factors: ['totp'], staffSecondFactor: true })).toBe(
      'prove',
    );
  });
  it('has staff set one up where the organization says so, and nobody else', () => {
    for (const role of ['org_admin', 'org_office', 'supervisor', 'platform_admin'] as const) {
      expect(stepAfterPassword({ ...plain, role, staffSecondFactor: true })).toBe('set-up');
    }
    for (const role of ['guardian', 'member'] as const) {
      expect(stepAfterPassword({ ...plain, role, staffSecondFactor: true })).toBe('done');
    }
  });
  it('never lets a short password stand alone', () => {
    expect(stepAfterPassword({ ...plain, passwordStandsAlone: false })).toBe('set-up');
    expect(needsSecondFactor({ ...plain, passwordStandsAlone: false })).toBe(true);
  });
});
