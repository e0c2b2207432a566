import { timingSafeEqual } from 'node:crypto';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenCall } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { AuthPorts } from './ports.ts';
import { parseOneUseToken } from './rules/one-use-token.ts';
import { judgeTry, parseTeacherCode } from './rules/teacher-code.ts';
import * as store from './teacher-code-store.ts';

/** Of what the keyed hashes are, so that one fits nowhere else. */
export const selectorContext = (orgId: string): string => `teacher-code selector ${orgId}`;
export const textContext = (orgId: string): string => `teacher-code ${orgId}`;

/** What somebody typed or scanned, as it is looked for in an organization; what is no code at all fits nothing. */
export const keyOf = async (
  { box }: Pick<AuthPorts, 'box'>,
  orgId: string,
  by: { readonly code: string } | { readonly token: string },
): Promise<store.CodeKey> => {
  if ('token' in by) return { kind: 'token', tokenHash: parseOneUseToken(by.token)?.hash ?? Buffer.alloc(0) };
  const typed = parseTeacherCode(by.code) ?? { selector: '', text: '' };
  const [selectorHashes, codeHashes] = await Promise.all([
    box.macs(typed.selector, selectorContext(orgId)),
    box.macs(typed.text, textContext(orgId)),
  ]);
  return { kind: 'typed', selectorHashes, codeHashes };
};

/**
 * The open code that the key is of, locked until the transaction ends; null when there is none. A wrong try is counted
 * and entered into the log: the transaction has to be committed all the same.
 */
export const tryCode = async (
  tx: Tx,
  { clock }: Pick<AuthPorts, 'clock'>,
  key: store.CodeKey,
  call: OpenCall,
): Promise<store.FoundCode | null> => {
  const at = clock.now();
  let tried: store.FoundCode | undefined;
  let isLocked = false;
  // Hardly ever more than one: their first halves would have to be the same.
  for (const code of await store.lockCodes(tx, key)) {
    const { outcome, wrongTries } = judgeTry(
      { wrongTries: code.wrongTries, expiresAtMs: code.expiresAt.getTime() },
      { fits: fitsCode(key, code), atMs: at.getTime() },
    );
    if (outcome === 'right') return code;
    tried = code;
    if (outcome === 'ended') continue;
    await store.writeTries(tx, code.id, wrongTries);
    if (outcome === 'locks') {
      await store.endCode(tx, code.id, 'locked', at);
      isLocked = true;
    }
  }
  // As long as a wrong try of one that is there takes.
  if (tried === undefined) await store.writeTries(tx, uuidv7(), 0);
  await logWrongTry(tx, { clock }, call, tried, isLocked);
  return null;
};

const fitsCode = (key: store.CodeKey, { codeHash }: store.FoundCode): boolean =>
  key.kind === 'token' || key.codeHashes.some((hash) => timingSafeEqual(hash, codeHash));

const logWrongTry = (
  tx: Tx,
  { clock }: Pick<AuthPorts, 'clock'>,
  { ipAddress, userAgent, requestId }: OpenCall,
  code: store.FoundCode | undefined,
  isLocked: boolean,
): Promise<void> => {
  const from = { ipAddress, userAgent };
  const entry = {
    actor: { kind: 'anonymous' },
    action: isLocked ? 'auth.teacher-code-locked' : 'auth.teacher-code-refused',
    object: { kind: 'member', id: code?.memberId ?? 'unknown' },
    requestId,
    // From where somebody tried is personal where a member’s code was meant, and a plain fact where it was nobody’s.
    ...(code === undefined
      ? { detail: from }
      : { detail: { codeId: code.id }, personal: { of: code.memberId, fields: from } }),
  } as const;
  return appendAudit(tx, entry, clock);
};
