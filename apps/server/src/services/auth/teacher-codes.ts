import { randomBytes } from 'node:crypto';
import type { registrationRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import { appendAudit, appendAudits, type AuditEntry } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { AuthPorts } from './ports.ts';
import { oneUseToken } from './rules/one-use-token.ts';
import { parseTeacherCode, teacherCode, teacherCodeBytes, teacherCodeLifetimeMs } from './rules/teacher-code.ts';
import { selectorContext, textContext } from './teacher-code-tries.ts';
import * as store from './teacher-code-store.ts';

/** Staff give a member a short code, face to face, with which the member gets in on a phone. */

type Routes = typeof registrationRoutes;
type Ports = Pick<AuthPorts, 'database' | 'clock' | 'box' | 'publicUrl'>;

export const issueTeacherCode =
  ({ clock, box, publicUrl }: Ports): Verb<Routes['issueTeacherCode']> =>
  async (tx, { params: { memberId } }, call) => {
    const { organization } = await requireHolder(tx, call, memberId);
    const issuedAt = clock.now();
    const { orgId, userId: issuedBy } = call.actor;
    await endAndLog(tx, { clock }, call, memberId, 'replaced');
    const id = uuidv7();
    const code = teacherCode(randomBytes(teacherCodeBytes));
    const typed = parseTeacherCode(code);
    if (typed === null) throw new Error('A code that cannot be read was made.');
    const token = oneUseToken(orgId, randomBytes(32));
    const expiresAt = new Date(issuedAt.getTime() + teacherCodeLifetimeMs);
    const [[selectorHash], [codeHash]] = await Promise.all([
      box.macs(typed.selector, selectorContext(orgId)),
      box.macs(typed.text, textContext(orgId)),
    ]);
    const hashes = { selectorHash, codeHash, tokenHash: token.hash };
    await store.insertTeacherCode(tx, { orgId, id, memberId, ...hashes, issuedBy, issuedAt, expiresAt });
    await appendAudit(tx, entryOf(call, 'auth.teacher-code-issued', memberId, id), clock);
    // In the fragment, which browsers send to nobody.
    const link = `${publicUrl}/register#${token.text}`;
    return { code, organization, link, expiresAt: expiresAt.toISOString() };
  };

export const readTeacherCode =
  ({ clock }: Ports): Verb<Routes['readTeacherCode']> =>
  async (tx, { params: { memberId } }, call) => {
    await requireReach(tx, call, memberId);
    return { newest: await store.readNewestCode(tx, memberId, clock.now()) };
  };

export const withdrawTeacherCode =
  (ports: Ports): Verb<Routes['withdrawTeacherCode']> =>
  async (tx, { params: { memberId } }, call) => {
    await requireReach(tx, call, memberId);
    await endAndLog(tx, ports, call, memberId, 'withdrawn');
    return null;
  };

/** Enters into the log which codes nobody has used in time. */
export const expireTeacherCodes =
  ({ database, clock }: Pick<Ports, 'database' | 'clock'>) =>
  async (): Promise<void> => {
    const at = clock.now();
    const orgIds = await database.acrossOrganizations('auth', (tx) => store.findOverdue(tx, at), { readOnly: true });
    for (const orgId of orgIds) {
      await database.inOrganization('auth', orgId, async (tx) => {
        const entries = (await store.endOverdue(tx, at)).map(
          ({ id, memberId }): AuditEntry => ({
            actor: { kind: 'system' },
            action: 'auth.teacher-code-expired',
            object: { kind: 'member', id: memberId },
            detail: { codeId: id },
          }),
        );
        await appendAudits(tx, entries, clock);
      });
    }
  };

const requireHolder = async (tx: Tx, call: Call, memberId: string): Promise<store.CodeHolder> => {
  await requireReach(tx, call, memberId);
  const holder = await store.readHolder(tx, memberId);
  if (holder === null) throw problem('not-found', { detail: 'No such member is known to you.' });
  if (holder.status !== 'active') throw problem('person-invalid', { detail: 'Reactivate this person first.' });
  return holder;
};

const endAndLog = async (
  tx: Tx,
  { clock }: Pick<Ports, 'clock'>,
  call: Call,
  memberId: string,
  cause: 'replaced' | 'withdrawn',
): Promise<void> => {
  for (const ended of await store.endCodeOf(tx, memberId, cause, clock.now())) {
    const action = ended.cause === 'expired' ? 'auth.teacher-code-expired' : 'auth.teacher-code-withdrawn';
    const entry = entryOf(call, action, memberId, ended.id);
    await appendAudit(tx, { ...entry, detail: { codeId: ended.id, cause: ended.cause } }, clock);
  }
};

const entryOf = ({ actor, requestId }: Call, action: string, memberId: string, codeId: string): AuditEntry => ({
  actor: { kind: 'user', userId: actor.userId, role: actor.role },
  action,
  object: { kind: 'member', id: memberId },
  requestId,
  detail: { codeId },
});
