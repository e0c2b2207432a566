import type { SecondFactor } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import { takePasskey } from './passkeys.ts';
import type { AuthPorts } from './ports.ts';
import { takeRecoveryCode } from './recovery-codes.ts';
import { takeTotpCode } from './totp.ts';

interface SecondFactorTry {
  readonly orgId: string;
  readonly userId: string;
  readonly proof: SecondFactor;
  /** What a passkey was asked to sign; null: none was asked for. */
  readonly passkeyChallenge: string | null;
}

/** Whether the second factor is the user's. What works once is used up by it. */
export const proveSecondFactor = async (
  tx: Tx,
  { box, party, clock }: Pick<AuthPorts, 'box' | 'party' | 'clock'>,
  { orgId, userId, proof, passkeyChallenge }: SecondFactorTry,
): Promise<boolean> => {
  const at = clock.now();
  switch (proof.kind) {
    case 'code':
      return takeTotpCode(tx, box, { orgId, userId, code: proof.code, at });
    case 'recovery-code':
      return takeRecoveryCode(tx, userId, proof.code, at);
    case 'passkey': {
      if (passkeyChallenge === null) return false;
      return takePasskey(tx, party, { userId, response: proof.response, challenge: passkeyChallenge, at });
    }
  }
};
