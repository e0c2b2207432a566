import { type AuditEntry, appendAudits } from '../../../platform/audit-trail/append.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { EventBus, OutgoingEvent } from '../../../platform/events/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import {
  defaultPresenceRules,
  foldFixes,
  needsReplay,
  type PresenceContext,
  type PresenceFix,
  type PresenceProgress,
  replay,
  sessionNeedsReplay,
  startPresence,
} from '../rules/excursions.ts';
import { diffExcursions, type PresenceTimeline, timelineAt } from '../rules/presence-timeline.ts';
import { excursionFacts, presenceFact } from './facts.ts';
import type { FenceCache } from './fences.ts';
import {
  type ExcursionRow,
  type KnownExcursion,
  loadExcursions,
  loadFixes,
  loadSessions,
  lockPresence,
  removeExcursions,
  type SessionRecord,
  saveExcursions,
  savePresence,
} from './presence-store.ts';

export const presenceRules = defaultPresenceRules;

export interface JudgeDependencies {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
  readonly fences: FenceCache;
}

interface Judged {
  readonly record: SessionRecord;
  readonly progress: PresenceProgress;
  readonly timeline: PresenceTimeline;
}

/**
 * Brings sessions up to date: takes in new fixes (older ones than are known already by a replay from the stored rows),
 * ENTER, EXIT and silence, and writes and tells what has changed. The queries are one of each kind, however many
 * sessions there are. Calling it again with the same changes nothing.
 */
export async function judgeSessions(
  tx: Tx,
  deps: JudgeDependencies,
  orgId: string,
  newFixes: ReadonlyMap<string, readonly PresenceFix[]>,
): Promise<void> {
  if (newFixes.size === 0) return;
  await lockPresence(tx, orgId);
  const records = await loadSessions(tx, [...newFixes.keys()]);
  const fences = await deps.fences.load(
    tx,
    records.map(({ siteId }) => siteId),
  );
  const contextOf = ({ session, siteId }: SessionRecord): PresenceContext => ({
    session,
    fences: fences.get(siteId) ?? [],
    rules: presenceRules,
  });
  const toReplay = records.filter((record) =>
    mustReplay(contextOf(record), record, newFixes.get(record.sessionId) ?? []),
  );
  const allFixes = await loadFixes(tx, toReplay);

  const nowMs = deps.clock.now().getTime();
  const judged = records.map((record): Judged => {
    const context = contextOf(record);
    const stored = allFixes.get(record.sessionId);
    const progress =
      stored === undefined
        ? foldFixes(
            context,
            record.known?.progress ?? startPresence(record.session),
            newFixes.get(record.sessionId) ?? [],
          )
        : replay(context, stored);
    // An EXIT has happened, even where the clock of the process that took it is ahead of this one's.
    const atMs = Math.max(nowMs, record.session.exitedAtMs ?? nowMs);
    return { record, progress, timeline: timelineAt(record.session, presenceRules, progress, atMs) };
  });
  await save(tx, deps, orgId, judged, nowMs);
}

function mustReplay(
  context: PresenceContext,
  { known, session }: SessionRecord,
  fixes: readonly PresenceFix[],
): boolean {
  if (known === null) return false;
  const { progress } = known;
  return sessionNeedsReplay(session, progress) || fixes.some((fix) => needsReplay(context, progress, fix));
}

async function save(
  tx: Tx,
  deps: JudgeDependencies,
  orgId: string,
  judged: readonly Judged[],
  nowMs: number,
): Promise<void> {
  const facts: OutgoingEvent[] = [];
  const rows: ExcursionRow[] = [];
  const withdrawn: string[] = [];
  const moved = judged.filter(excursionsMayHaveChanged);
  const known = await loadExcursions(
    tx,
    moved.map(({ record }) => record.sessionId),
  );
  for (const { record, timeline } of moved) {
    const before = known.filter(({ sessionId }) => sessionId === record.sessionId);
    const changes = diffExcursions<KnownExcursion>(before, timeline.excursions);
    const { sessionId, memberId, date } = record;
    const opened = changes.opened.map((excursion) => ({
      excursionId: uuidv7(),
      sessionId,
      memberId,
      date,
      ...excursion,
    }));
    const changed = [...changes.closed, ...changes.repaired, ...changes.extended].map(
      (change): ExcursionRow => ({ ...change.before, ...change.after, memberId, date }),
    );
    rows.push(...opened, ...changed);
    withdrawn.push(...changes.withdrawn.map(({ excursionId }) => excursionId));
    const closed = changed.slice(0, changes.closed.length);
    facts.push(...excursionFacts(record, { opened, closed, withdrawn: changes.withdrawn }, presenceRules, nowMs));
  }
  for (const { record, timeline } of judged) {
    if (timeline.presence.value !== record.known?.presence) facts.push(presenceFact(record, timeline.presence));
  }
  await removeExcursions(tx, withdrawn);
  await saveExcursions(tx, orgId, rows);
  await savePresence(tx, orgId, judged.map(presenceRow));
  await deps.events.append(tx, orgId, facts);
  await appendAudits(tx, facts.filter(isAboutExcursion).map(auditOf), deps.clock);
}

/** They are compared only when something about them can have changed: most fixes change nothing. */
function excursionsMayHaveChanged({ record: { known, session }, progress }: Judged): boolean {
  if (known === null) return progress.open !== null || progress.closed.length > 0;
  const isEnding = session.exitedAtMs !== null && !known.hasEnded;
  return isEnding || progress.open !== known.progress.open || progress.closed !== known.progress.closed;
}

function presenceRow({ record, progress, timeline }: Judged) {
  const { sessionId, memberId, session } = record;
  const { presence, lastHeardAtMs } = timeline;
  return {
    sessionId,
    memberId,
    lastHeardAtMs,
    progress,
    presence: presence.value,
    sinceMs: presence.sinceMs,
    endedAtMs: session.exitedAtMs,
  };
}

type ExcursionFact = OutgoingEvent<'geo.excursion-opened' | 'geo.excursion-closed' | 'geo.excursion-withdrawn'>;

const isAboutExcursion = (fact: OutgoingEvent): fact is ExcursionFact => fact.type.startsWith('geo.excursion-');

const auditOf = ({ type, payload }: ExcursionFact): AuditEntry => ({
  actor: { kind: 'system' },
  action: type,
  object: { kind: 'member', id: payload.memberId },
  detail: { ...payload },
});
