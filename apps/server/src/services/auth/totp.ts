import type { Tx } from '../../platform/database/port.ts';
import { lockTotp, writeTotpStep } from './factor-store.ts';
import type { SecretBox } from './secret-box.ts';

/** RFC 6238 as authenticator apps do it: SHA-1, six digits, thirty seconds. */
const stepSeconds = 30;
/** A phone's clock may be one step off, either way. */
const toleranceSeconds = 30;

export const totpContext = (orgId: string, userId: string): string => `totp ${orgId} ${userId}`;

/** A new secret, and the address that an app reads out of a QR code. */
export const newTotp = async (label: string, issuer: string): Promise<{ secret: string; uri: string }> => {
  const { generateSecret, generateURI } = await import('otplib');
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer, label, secret }) };
};

/** The time step that the code is of, if it is one of now and after `afterStep`; else null. */
export const stepOfCode = async (
  secret: string,
  code: string,
  at: Date,
  afterStep: number | null,
): Promise<number | null> => {
  const { verify } = await import('otplib');
  const epoch = Math.floor(at.getTime() / 1000);
  // The library takes a step from the future for a mistake; here it is a clock that was set back.
  if (afterStep !== null && afterStep > Math.floor((epoch + toleranceSeconds) / stepSeconds)) return null;
  const result = await verify({
    secret,
    token: code,
    epoch,
    epochTolerance: toleranceSeconds,
    ...(afterStep === null ? {} : { afterTimeStep: afterStep }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
};

/** Whether it is a code of the user's app that was not taken before. It is taken from then on, and all before it. */
export const takeTotpCode = async (
  tx: Tx,
  box: SecretBox,
  { orgId, userId, code, at }: { orgId: string; userId: string; code: string; at: Date },
): Promise<boolean> => {
  const row = await lockTotp(tx, userId);
  if (row === null) return false;
  const secret = await box.open(row.sealedSecret, totpContext(orgId, userId));
  const step = await stepOfCode(secret, code, at, row.lastStep);
  if (step === null) return false;
  await writeTotpStep(tx, userId, step);
  return true;
};
