import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Phone } from './actors.ts';

/** How long what follows from an event may take after the fault is over. */
const followsWithinMs = 90_000;

export interface Expectations {
  readonly phones: readonly Phone[];
  /** Members whose ENTER was acknowledged. */
  readonly entered: readonly string[];
  /** When each of them stood at the gate: from the first try to the answer. */
  readonly enteredWithin: ReadonlyMap<string, readonly [fromMs: number, toMs: number]>;
  /** How many excursions each member must have by now; all of them closed. */
  readonly excursions: ReadonlyMap<string, number>;
}

/** Compares what clients were told with what the database holds. Resolves with a sentence for each violation. */
export const violationsOf = async (ownerUrl: string, expected: Expectations): Promise<string[]> => {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'verdict' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return [
      ...(await positionViolations(client, expected.phones)),
      ...(await punchViolations(client, expected.entered)),
      ...(await timeViolations(client, expected.enteredWithin)),
      ...(await consequenceViolations(client, expected)),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
};

const positionViolations = async (client: pg.Client, phones: readonly Phone[]): Promise<string[]> => {
  const violations: string[] = [];
  for (const { memberId, ledger } of phones) {
    const { rows } = await client.query<{ fixed_at: Date; copies: string }>(
      'SELECT fixed_at, count(*) AS copies FROM geo.position WHERE member_id = $1 GROUP BY fixed_at',
      [memberId],
    );
    const stored = new Map(rows.map((row) => [row.fixed_at.toISOString(), Number(row.copies)]));
    const lost = [...ledger].filter(([fixedAt, fate]) => fate === 'acknowledged' && !stored.has(fixedAt));
    const twice = [...stored].filter(([, copies]) => copies > 1);
    const invented = [...stored.keys()].filter((fixedAt) => !ledger.has(fixedAt));
    if (lost.length > 0)
      violations.push(`${lost.length} acknowledged fixes of ${memberId} are lost, first ${lost[0]?.[0]}`);
    if (twice.length > 0) violations.push(`${twice.length} fixes of ${memberId} are there twice`);
    if (invented.length > 0) violations.push(`${invented.length} fixes of ${memberId} were never sent`);
  }
  return violations;
};

const punchViolations = async (client: pg.Client, entered: readonly string[]): Promise<string[]> => {
  const { rows } = await client.query<{ member_id: string; verdicts: string[] }>(
    `SELECT member_id, array_agg(verdict) AS verdicts FROM attendance.punch
     WHERE direction = 'ENTER' AND member_id = ANY($1) GROUP BY member_id`,
    [entered],
  );
  const verdicts = new Map(rows.map((row) => [row.member_id, row.verdicts]));
  return entered
    .map((memberId) => ({ memberId, punches: verdicts.get(memberId) ?? [] }))
    .filter(({ punches }) => punches.filter((verdict) => verdict.startsWith('accepted')).length !== 1)
    .map(({ memberId, punches }) => `${memberId} entered once, and has the punches: ${punches.join(', ') || 'none'}`);
};

/** So far may what is written be from the clock of whoever was there. */
const agreesWithinMs = 60_000;

/** What is written by whatever clock: nothing ends before it begins, nothing is from the future, each ENTER is when it was. */
const timeViolations = async (client: pg.Client, enteredWithin: Expectations['enteredWithin']): Promise<string[]> => {
  const { rows } = await client.query<{ what: string; count: string }>(
    `SELECT what, count(*) FROM (
       SELECT 'excursions end before they begin' AS what FROM geo.excursion WHERE ended_at < started_at
       UNION ALL SELECT 'days end before they begin' FROM attendance.attendance_day
         WHERE exited_at < entered_at OR worked_minutes < 0 OR late_by_minutes < 0
       UNION ALL SELECT 'tracking sessions end before they begin' FROM attendance.tracking_session
         WHERE exited_at < entered_at OR ends_by < entered_at
       UNION ALL SELECT 'events are from the future' FROM platform.outbox WHERE occurred_at > now() + interval '1 minute'
     ) wrong GROUP BY what`,
  );
  const punches = await client.query<{ member_id: string; occurred_at: Date }>(
    `SELECT member_id, occurred_at FROM attendance.punch
     WHERE direction = 'ENTER' AND verdict LIKE 'accepted%' AND member_id = ANY($1)`,
    [[...enteredWithin.keys()]],
  );
  const wrong = punches.rows.filter(({ member_id, occurred_at }) => {
    const [fromMs, toMs] = enteredWithin.get(member_id) ?? [0, 0];
    return occurred_at.getTime() < fromMs - agreesWithinMs || occurred_at.getTime() > toMs + agreesWithinMs;
  });
  return [
    ...rows.map(({ what, count }) => `${count} ${what}`),
    ...wrong.map(({ member_id, occurred_at }) => `${member_id} did not enter at ${occurred_at.toISOString()}`),
  ];
};

/** What follows from events takes a moment: presence, excursions, days. */
const consequenceViolations = async (client: pg.Client, expected: Expectations): Promise<string[]> => {
  const deadline = performance.now() + followsWithinMs;
  for (;;) {
    const violations = await missingConsequences(client, expected);
    if (violations.length === 0 || performance.now() > deadline) return violations;
    await sleep(250);
  }
};

const missingConsequences = async (client: pg.Client, expected: Expectations): Promise<string[]> => {
  const violations: string[] = [];
  for (const { memberId, ledger } of expected.phones) {
    const newest = [...ledger]
      .filter(([, fate]) => fate === 'acknowledged')
      .map(([fixedAt]) => fixedAt)
      .sort()
      .at(-1);
    const { rows } = await client.query<{ last_heard_at: Date | null }>(
      'SELECT last_heard_at FROM geo.presence_state WHERE member_id = $1 AND ended_at IS NULL',
      [memberId],
    );
    const heard = rows[0]?.last_heard_at?.toISOString() ?? 'never';
    if (newest !== undefined && heard < newest)
      violations.push(`presence heard of ${memberId} at ${heard}, not at ${newest}`);
  }
  const found = await client.query<{ member_id: string; all: string; open: string }>(
    `SELECT member_id, count(*) AS all, count(*) FILTER (WHERE ended_at IS NULL) AS open FROM geo.excursion
     WHERE member_id = ANY($1) GROUP BY member_id`,
    [expected.phones.map(({ memberId }) => memberId)],
  );
  for (const { memberId } of expected.phones) {
    const row = found.rows.find(({ member_id }) => member_id === memberId);
    const [all, open, wanted] = [Number(row?.all ?? 0), Number(row?.open ?? 0), expected.excursions.get(memberId) ?? 0];
    if (all !== wanted || open > 0)
      violations.push(`${memberId} has ${all} excursions (${open} open) instead of ${wanted}`);
  }
  const days = await client.query<{ entered: string }>(
    'SELECT count(*) AS entered FROM attendance.attendance_day WHERE entered_at IS NOT NULL AND member_id = ANY($1)',
    [expected.entered],
  );
  if (Number(days.rows[0]?.entered) !== expected.entered.length) violations.push('a day does not show its ENTER');
  const letters = await client.query<{ consumer: string; reason: string }>(
    'SELECT DISTINCT ON (consumer) consumer, reason FROM platform.dead_letter WHERE id NOT IN (SELECT id FROM platform.outbox WHERE key = $1)',
    ['poison'],
  );
  for (const { consumer, reason } of letters.rows) violations.push(`${consumer} gave up on an event: ${reason}`);
  return violations;
};
