import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { normalizedRecoveryCode, recoveryCode } from './recovery-code.ts';

describe('a recovery code', () => {
  it('can be read out and typed in', () => {
    const code = recoveryCode(Buffer.from('00112233445566778899', 'hex'));
    expect(code).toMatch(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
    expect(normalizedRecoveryCode(code.toUpperCase().replaceAll('-', ' '))).toBe(code.replaceAll('-', ''));
    expect(normalizedRecoveryCode('OIL0')).toBe('0110');
  });
  it('is another one for other bytes', () => {
    const codes = Array.from({ length: 1000 }, () => recoveryCode(randomBytes(10)));
    expect(new Set(codes).size).toBe(1000);
  });
});
