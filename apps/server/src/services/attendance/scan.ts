import { createHash, randomBytes } from 'node:crypto';
import type { attendanceRoutes, ProblemCode } from '@muster/contracts';
import type { Cache } from '../../platform/cache/port.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { type Problem, problem } from '../../platform/http/problem.ts';
import { evidenceFound } from './evidence-event.ts';
import { type KnownGate, knownGates } from './gate-store.ts';
import { type MemberRow, requireActiveMember } from './people-store.ts';
import { insertScan } from './punch-store.ts';
import { recordAct } from './record.ts';
import { signalsOfCode } from './rules/evidence-checks.ts';
import { type CodeRefusal, type VerifiedCode, verifyCode, verifyTypedCode } from './rules/gate-code.ts';
import { schedulesOfGroup } from './schedule-store.ts';
import { whatIsNext } from './what-is-next.ts';

interface ScanPorts {
  readonly events: Pick<EventBus, 'append'>;
  readonly cache: Pick<Cache, 'take'>;
}

const nonceLifeMs = 5 * 60_000;
/** Nobody scans more often by hand; a typed code is short, so that guessing it must be slow. */
const limits = { scanned: 60, typed: 10, windowMs: 60_000 } as const;

const problemOfRefusal = {
  'code-malformed': 'code-malformed',
  'code-wrong-kind': 'code-malformed',
  'code-foreign': 'code-foreign',
  'code-stale': 'code-stale',
  'code-ahead': 'code-stale',
  'code-revoked': 'code-revoked',
} as const satisfies Record<CodeRefusal['code'], ProblemCode>;

/** What is stored of a nonce; whoever reads the table cannot punch with it. */
export const nonceHashOf = (nonce: string): Buffer => createHash('sha256').update(nonce).digest();

/** A good code becomes a nonce, so that a slow network or sign-in afterwards does not spoil it. */
export const scan =
  (ports: ScanPorts): Verb<typeof attendanceRoutes.scan> =>
  async (tx, { body }, call) => {
    const isTyped = !/MUSTER1/i.test(body.code) && body.code.length <= 20;
    await requireWithinLimit(ports.cache, call, isTyped);
    const member = await requireActiveMember(tx, call.actor.userId);
    const gates = await knownGates(tx);
    const { verified, gate } = checkCode(body.code, isTyped, gates, member, call.at);
    if (verified.kind === 'refused') return refuse(tx, ports, call, body.code, verified);
    if (gate === undefined) throw new Error(`A code was verified for the unknown gate ${verified.gateId}.`);

    const nonce = randomBytes(24).toString('base64url');
    const expiresAt = new Date(call.at.getTime() + nonceLifeMs);
    await insertScan(tx, call.actor.orgId, nonceHashOf(nonce), {
      member_id: member.member_id,
      device_id: call.actor.deviceId,
      gate_id: gate.gate_id,
      site_id: gate.site_id,
      code: { kind: verified.kind, ageMs: verified.ageMs },
      scanned_at: call.at,
      expires_at: expiresAt,
    });
    const schedules = await schedulesOfGroup(tx, member.group_id);
    return {
      nonce,
      expiresAt: expiresAt.toISOString(),
      gateName: gate.gate_name,
      siteName: gate.site_name,
      next: await whatIsNext(tx, { orgId: call.actor.orgId, member, schedules, at: call.at }),
    };
  };

function checkCode(
  text: string,
  isTyped: boolean,
  gates: readonly KnownGate[],
  member: MemberRow,
  at: Date,
): { verified: VerifiedCode | CodeRefusal; gate: KnownGate | undefined } {
  const atMs = at.getTime();
  const ownKeys = gates.filter((gate) => gate.site_id === member.site_id).map((gate) => gate.keys);
  const verified = isTyped
    ? verifyTypedCode(text, ownKeys, atMs)
    : verifyCode(text, (gateRef) => gates.find((gate) => gate.keys.gateRef === gateRef)?.keys, atMs);
  const gate = gates.find((one) => one.gate_id === verified.gateId);
  if (verified.kind === 'refused' || gate?.site_id === member.site_id) return { verified, gate };
  const sentence = `This is the code of ${gate?.site_name ?? 'another site'}. Please scan one at your own site.`;
  return { verified: { kind: 'refused', code: 'code-foreign', sentence, gateId: verified.gateId, ageMs: null }, gate };
}

/** The refusal stays: it is a fact, and for a stale or foreign code a piece of evidence. */
async function refuse(tx: Tx, { events }: ScanPorts, call: Call, text: string, refusal: CodeRefusal): Promise<Problem> {
  const memberId = call.actor.userId;
  const code = problemOfRefusal[refusal.code];
  const at = call.at.toISOString();
  // A genuine code of another site of the same organization is a mistake, not a photo.
  const isGenuineElsewhere = refusal.code === 'code-foreign' && refusal.gateId !== null;
  const cause = `code/${createHash('sha256').update(text.trim().toUpperCase()).digest('hex').slice(0, 32)}`;
  await events.append(tx, call.actor.orgId, [
    {
      type: 'attendance.punch-refused',
      key: memberId,
      occurredAt: at,
      payload: { memberId, direction: null, at, code, sentence: refusal.sentence },
    },
    ...(isGenuineElsewhere ? [] : evidenceFound(memberId, call.at, cause, signalsOfCode(refusal))),
  ]);
  await recordAct(tx, call, {
    action: 'attendance.scan-refused',
    object: { kind: 'member', id: memberId },
    detail: { code: refusal.code, gateId: refusal.gateId, ageMs: refusal.ageMs, deviceId: call.actor.deviceId },
  });
  return problem(code, { detail: refusal.sentence });
}

async function requireWithinLimit(cache: Pick<Cache, 'take'>, call: Call, isTyped: boolean): Promise<void> {
  const kind = isTyped ? 'typed' : 'scanned';
  const key = `attendance.scan/${kind}/${call.actor.orgId}/${call.actor.userId}`;
  const decision = await cache.take(key, limits[kind], limits.windowMs);
  if (!decision.allowed) {
    throw problem('too-many-requests', { retryAfterSeconds: Math.max(1, Math.ceil(decision.resetMs / 1000)) });
  }
}
