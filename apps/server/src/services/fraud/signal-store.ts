import type { SignalKind } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { ScoredSignal } from './rules/risk.ts';
import type { Signal } from './rules/signals.ts';

/** A signal that a rule found, with the fact it was found in. */
export interface FoundSignal extends Signal {
  readonly memberId: string;
  readonly sourceEventId: string;
}

export interface NewSignal extends FoundSignal {
  readonly id: string;
}

export interface StoredSignal extends ScoredSignal {
  readonly memberId: string;
  readonly sentence: string;
  readonly innocentExplanations: readonly string[];
}

interface SignalRow {
  id: string;
  member_id: string;
  kind: SignalKind;
  points: number;
  cause_key: string;
  sentence: string;
  innocent_explanations: string[];
  observed_at: Date;
  dismissed: boolean;
}

/** The signals of these members since an instant, newest first, the dismissed ones among them. */
export const readSignals = async (tx: Tx, memberIds: readonly string[], since: Date): Promise<StoredSignal[]> => {
  const { rows } = await sql<SignalRow>`
    SELECT id, member_id, kind, points, cause_key, sentence, innocent_explanations, observed_at,
      dismissed_at IS NOT NULL AS dismissed
    FROM fraud.signal
    WHERE member_id = ANY(${[...memberIds]}) AND observed_at >= ${since}
    ORDER BY observed_at DESC, id DESC`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    memberId: row.member_id,
    kind: row.kind,
    points: row.points,
    causeKey: row.cause_key,
    sentence: row.sentence,
    innocentExplanations: row.innocent_explanations,
    observedAtMs: row.observed_at.getTime(),
    dismissed: row.dismissed,
  }));
};

/** Resolves with the ids that were written: a fact that was heard before adds nothing. */
export const insertSignals = async (
  tx: Tx,
  orgId: string,
  signals: readonly NewSignal[],
  at: Date,
): Promise<ReadonlySet<string>> => {
  const column = <Value>(pick: (signal: NewSignal) => Value) => signals.map(pick);
  const { rows } = await sql<{ id: string }>`
    INSERT INTO fraud.signal (org_id, id, member_id, kind, points, cause_key, sentence, innocent_explanations, facts,
      observed_at, recorded_at, source_event_id)
    SELECT ${orgId}, id, member_id, kind, points, cause_key, sentence, innocent::jsonb, facts::jsonb, observed_at,
      ${at}, source_event_id
    FROM unnest(${column(({ id }) => id)}::uuid[], ${column(({ memberId }) => memberId)}::uuid[],
      ${column(({ kind }) => kind)}::text[], ${column(({ points }) => points)}::float8[],
      ${column(({ causeKey }) => causeKey)}::text[], ${column(({ sentence }) => sentence)}::text[],
      ${column(({ innocentExplanations }) => JSON.stringify(innocentExplanations))}::text[],
      ${column(({ facts }) => JSON.stringify(facts))}::text[],
      ${column(({ observedAtMs }) => new Date(observedAtMs))}::timestamptz[],
      ${column(({ sourceEventId }) => sourceEventId)}::uuid[])
      AS new_signal (id, member_id, kind, points, cause_key, sentence, innocent, facts, observed_at, source_event_id)
    ON CONFLICT (org_id, source_event_id, kind) DO NOTHING
    RETURNING id`.execute(tx);
  return new Set(rows.map(({ id }) => id));
};

/** Dismisses what a cause raised; resolves with the signals' ids, none when there was nothing left to dismiss. */
export const dismissCause = async (
  tx: Tx,
  { memberId, causeKey, because, at }: { memberId: string; causeKey: string; because: string; at: Date },
): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    UPDATE fraud.signal SET dismissed_at = ${at}, dismissed_because = ${because}
    WHERE member_id = ${memberId} AND cause_key = ${causeKey} AND dismissed_at IS NULL
    RETURNING id`.execute(tx);
  return rows.map(({ id }) => id);
};

/** Says more exactly what was seen, once more is known of the same cause. */
export const describeCause = async (
  tx: Tx,
  memberId: string,
  { causeKey, sentence, facts }: Pick<Signal, 'causeKey' | 'sentence' | 'facts'>,
): Promise<void> => {
  await sql`
    UPDATE fraud.signal SET sentence = ${sentence}, facts = ${JSON.stringify(facts)}::jsonb
    WHERE member_id = ${memberId} AND cause_key = ${causeKey} AND dismissed_at IS NULL`.execute(tx);
};
