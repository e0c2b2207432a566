import type { attendanceRoutes, Direction, ProblemCode, RouteAnswer, RouteInput } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus, OutgoingEvent } from '../../platform/events/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { type Problem, problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { openSessionOf, toDay } from './day-store.ts';
import { evidenceFound } from './evidence-event.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { closeForgotten, type MemberNow, takeEffect, workOutDay } from './member-day.ts';
import { requireActiveMember } from './people-store.ts';
import { refuseUnproven } from './refuse-unproven.ts';
import {
  findPunch,
  findScan,
  insertPunch,
  latestPunchSince,
  lockMember,
  type NewPunch,
  type PunchRow,
  punchesOfDay,
  type ScanningDevice,
  type ScanRow,
  standingOf,
  toDayPunch,
  toPunch,
  useScan,
} from './punch-store.ts';
import { recordAct } from './record.ts';
import type { DayPunch } from './rules/day.ts';
import { type DeviceProof, judgeDeviceProof } from './rules/device-proof.ts';
import {
  type Evidence,
  type EvidencePolicy,
  evidencePolicyDefaults,
  judgePunch,
  type PunchJudgement,
} from './rules/evidence.ts';
import { type DayAt, dayAt, planOn } from './rules/plan-at.ts';
import { nextPunch, rescanPolicyDefaults } from './rules/rescan.ts';
import { judgeEntry, judgeExit } from './rules/window.ts';
import { nonceHashOf } from './scan.ts';
import { schedulesOfGroup } from './schedule-store.ts';

interface PunchPorts {
  readonly events: Pick<EventBus, 'append'>;
}
type PunchRoute = typeof attendanceRoutes.enter;
type PunchAnswer = RouteAnswer<PunchRoute>;
type PunchBody = RouteInput<PunchRoute>['body'];

/** Another member's phone is refused outright: there is a way round it, staff can scan the member's card. */
const policy: EvidencePolicy = { ...evidencePolicyDefaults, onOthersDevice: 'refuse' };

const problemOfReason: Readonly<Record<string, ProblemCode>> = {
  'too-early': 'window-not-open',
  'site-closed': 'window-closed',
  'no-schedule': 'no-schedule',
  'device-of-another': 'device-foreign',
};

const problemOfNext = {
  'already-entered': 'already-entered',
  'already-left': 'already-exited',
  'day-complete': 'already-exited',
  'not-entered': 'not-entered',
} as const satisfies Record<string, ProblemCode>;

/** ENTER: attendance starts and, once accepted, tracking. */
export const enter = (ports: PunchPorts): Verb<typeof attendanceRoutes.enter> => punchVerb(ports, 'ENTER');

/** EXIT: attendance and tracking end. */
export const exit = (ports: PunchPorts): Verb<typeof attendanceRoutes.exit> => punchVerb(ports, 'EXIT');

const punchVerb =
  (ports: PunchPorts, direction: Direction) =>
  async (tx: Tx, { body }: { body: PunchBody }, call: Call): Promise<PunchAnswer | Problem> => {
    // Fifty at once stand in line here; the first makes the punch, the others find it.
    await lockMember(tx, call.actor.userId);
    const nonceHash = nonceHashOf(body.nonce);
    const scan = await requireScan(tx, call, nonceHash);
    const proof = proofOf(call, scan, direction, body);
    // A copy of the same request may come late: its counter says nothing before it would make a punch of its own.
    if (proof.kind === 'refused' && proof.code !== 'counter-back') {
      return refuseUnproven(tx, ports, call, { scan, direction, proof });
    }
    const now = await memberNow(tx, call);
    await closeForgotten(tx, ports.events, now);

    const same = await samePunch(tx, now, scan, direction);
    if (same !== undefined) {
      if (scan.punch_id === null) await useScan(tx, nonceHash, same.id, call.at);
      return answerAgain(tx, now, same);
    }
    if (proof.kind === 'refused') return refuseUnproven(tx, ports, call, { scan, direction, proof });
    const day = await dayOfPunch(tx, now);
    const punches = (await punchesOfDay(tx, now.member.member_id, day.date)).map(toDayPunch);
    requireTurn(punches, direction, now);

    const intent = { reason: body.reason ?? null };
    const atMs = call.at.getTime();
    const window = direction === 'ENTER' ? judgeEntry(day.plan, atMs, intent) : judgeExit(day.plan, atMs, intent);
    const evidence = await gatherEvidence(tx, call, { scan, proof }, body, window);
    const judgement = waitForEnter(judgePunch(evidence, policy), direction, punches);
    const problemCode = refusalOf(judgement);
    const punch = toNewPunch({ call, direction, day, scan, body, evidence, judgement, problemCode });
    await insertPunch(tx, call.actor.orgId, punch);
    await useScan(tx, nonceHash, punch.id, call.at);
    await tell(tx, ports, call, punch, judgement);
    return finish(tx, ports, now, punch);
  };

/** @throws Problem `nonce-unknown`: not of this account on this device, too old, or never given out. */
async function requireScan(tx: Tx, call: Call, nonceHash: Buffer): Promise<Scanned> {
  const scan = await findScan(tx, nonceHash);
  const isOwn = scan?.member_id === call.actor.userId && scan.device_id === call.actor.deviceId;
  if (scan === undefined || !isOwn || (scan.punch_id === null && scan.expires_at <= call.at)) {
    throw problem('nonce-unknown');
  }
  return scan;
}

type Scanned = ScanRow & { device: ScanningDevice };

function proofOf(call: Call, { device }: Scanned, direction: Direction, body: PunchBody): DeviceProof {
  const { orgId, userId: memberId, deviceId } = call.actor;
  const { signature, ...said } = body;
  return judgeDeviceProof(device, { orgId, memberId, deviceId, direction, ...said }, signature);
}

async function memberNow(tx: Tx, call: Call): Promise<MemberNow> {
  const member = await requireActiveMember(tx, call.actor.userId);
  const schedules = await schedulesOfGroup(tx, member.group_id);
  return { orgId: call.actor.orgId, member, schedules, at: call.at };
}

/**
 * The punch that this one repeats: made with the same scan, or in the same direction less than five minutes ago.
 * @throws Problem `nonce-unknown` when the scan was used for something else, or long ago.
 */
async function samePunch(tx: Tx, now: MemberNow, scan: ScanRow, direction: Direction): Promise<PunchRow | undefined> {
  const since = new Date(now.at.getTime() - rescanPolicyDefaults.samePunchMs);
  if (scan.punch_id === null) return latestPunchSince(tx, now.member.member_id, direction, since);
  const made = await findPunch(tx, scan.punch_id);
  if (made === undefined || made.direction !== direction || made.occurred_at < since) throw problem('nonce-unknown');
  return made;
}

/** An EXIT, or a second ENTER, belongs to the day of the open session; everything else to the day that runs now. */
async function dayOfPunch(tx: Tx, now: MemberNow): Promise<DayAt> {
  const session = await openSessionOf(tx, now.member.member_id);
  if (session === undefined) return dayAt(now.schedules, now.at.getTime(), now.member.time_zone);
  return { date: session.date, plan: planOn(now.schedules, session.date) };
}

/** @throws Problem when it is not the turn of this direction; nothing is kept of it. */
function requireTurn(punches: readonly DayPunch[], direction: Direction, now: MemberNow): void {
  const next = nextPunch(punches, direction, now.at.getTime(), {
    ...rescanPolicyDefaults,
    timeZone: now.member.time_zone,
  });
  if (next.kind !== 'refused') return;
  const isHeld = punches.some((punch) => punch.direction === direction && punch.status === 'held');
  const detail = isHeld ? `${next.sentence} That scan waits for a supervisor.` : next.sentence;
  throw problem(problemOfNext[next.code], { detail });
}

/** An EXIT cannot count before its ENTER does. */
function waitForEnter(judgement: PunchJudgement, direction: Direction, punches: readonly DayPunch[]): PunchJudgement {
  const hasEntered = punches.some((punch) => punch.direction === 'ENTER' && punch.status.startsWith('accepted'));
  if (direction === 'ENTER' || hasEntered) return judgement;
  const sentence = 'The ENTER of this day still waits for a supervisor, so this EXIT waits with it.';
  return {
    ...judgement,
    verdict: judgement.verdict === 'refused' ? 'refused' : 'held',
    reasons: [...judgement.reasons, { code: 'enter-held', effect: 'hold', sentence }],
  };
}

/**
 * The problem of a refused punch, null for any other.
 * @throws Problem `reason-required`: not a punch yet, the same scan can be sent again with a reason.
 */
function refusalOf(judgement: PunchJudgement): ProblemCode | null {
  if (judgement.verdict !== 'refused') return null;
  const refusals = judgement.reasons.filter((reason) => reason.effect === 'refuse');
  const decisive = refusals.find((reason) => reason.code !== 'reason-required');
  if (decisive !== undefined) return problemOfReason[decisive.code] ?? 'not-permitted';
  throw problem('reason-required', { detail: refusals[0]?.sentence ?? 'Please say why.' });
}

interface Made {
  call: Call;
  direction: Direction;
  day: DayAt;
  scan: ScanRow;
  body: PunchBody;
  evidence: Evidence;
  judgement: PunchJudgement;
  problemCode: ProblemCode | null;
}

function toNewPunch({ call, direction, day, scan, body, evidence, judgement, problemCode }: Made): NewPunch {
  const { window } = evidence;
  return {
    id: uuidv7(),
    memberId: call.actor.userId,
    direction,
    verdict: judgement.verdict,
    problemCode,
    findings: judgement.reasons.map(({ code, sentence }) => ({ code, sentence })),
    evidence: { ...evidence, ipAddress: call.ipAddress, userAgent: call.userAgent, scannedAt: scan.scanned_at },
    date: day.date,
    scheduleId: day.plan?.scheduleId ?? null,
    occurredAt: call.at,
    gateId: scan.gate_id,
    siteId: scan.site_id,
    deviceId: call.actor.deviceId,
    deviceCounter: evidence.device.signed?.counter ?? null,
    reason: body.reason ?? null,
    lateByMinutes: 'lateByMinutes' in window ? window.lateByMinutes : 0,
    leftEarlyByMinutes: 'leftEarlyByMinutes' in window ? window.leftEarlyByMinutes : 0,
  };
}

/** Events and audit entry of the punch as such; what an accepted one brings about is told by `takeEffect`. */
async function tell(
  tx: Tx,
  { events }: PunchPorts,
  call: Call,
  punch: NewPunch,
  judgement: PunchJudgement,
): Promise<void> {
  const at = call.at.toISOString();
  const { memberId, direction } = punch;
  const sentence = sentenceOf(punch);
  const outgoing: OutgoingEvent[] = [];
  if (punch.verdict === 'held') {
    const payload = { memberId, punchId: punch.id, direction, at, sentence };
    outgoing.push({ type: 'attendance.punch-held', key: memberId, occurredAt: at, payload });
  }
  if (punch.problemCode !== null) {
    const payload = { memberId, direction, at, code: punch.problemCode, sentence };
    outgoing.push({ type: 'attendance.punch-refused', key: memberId, occurredAt: at, payload });
  }
  const cause = `${punch.date}/${direction}/${punch.deviceId}`;
  outgoing.push(...evidenceFound(memberId, call.at, cause, judgement.signals));
  if (outgoing.length > 0) await events.append(tx, call.actor.orgId, outgoing);
  await recordAct(tx, call, {
    action: `attendance.${actions[direction]}-${punch.verdict}`,
    object: { kind: 'member', id: memberId },
    detail: {
      punchId: punch.id,
      date: punch.date,
      gateId: punch.gateId,
      deviceId: punch.deviceId,
      findings: punch.findings.map((finding) => finding.code),
    },
    personal: { of: memberId, fields: { reason: punch.reason } },
  });
}

const actions = { ENTER: 'enter', EXIT: 'exit' } as const;

const sentenceOf = (punch: Pick<NewPunch, 'findings'>): string =>
  punch.findings.map((finding) => finding.sentence).join(' ');

async function finish(tx: Tx, ports: PunchPorts, now: MemberNow, punch: NewPunch): Promise<PunchAnswer | Problem> {
  if (punch.problemCode !== null) return problem(punch.problemCode, { detail: sentenceOf(punch) });
  if (punch.verdict !== 'held') {
    await takeEffect(tx, ports.events, now, {
      id: punch.id,
      direction: punch.direction,
      date: punch.date,
      occurred_at: punch.occurredAt,
      site_id: punch.siteId,
    });
  }
  const row = await findPunch(tx, punch.id);
  if (row === undefined) throw new Error(`The punch ${punch.id} was written and is not there.`);
  return answerWith(tx, now, row);
}

/** Scanning again is always safe: the answer of the first time. */
async function answerAgain(tx: Tx, now: MemberNow, punch: PunchRow): Promise<PunchAnswer | Problem> {
  if (standingOf(punch) !== 'refused') return answerWith(tx, now, punch);
  const detail = toPunch(punch)
    .findings.map((finding) => finding.sentence)
    .join(' ');
  return problem(punch.problem_code ?? 'not-permitted', { detail });
}

async function answerWith(tx: Tx, now: MemberNow, punch: PunchRow): Promise<PunchAnswer> {
  const session = await openSessionOf(tx, now.member.member_id);
  const day = await workOutDay(tx, now, punch.date);
  return { punch: toPunch(punch), day: toDay(day, session?.date === punch.date ? session : undefined, now.at) };
}
