import { appendAudits } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus, OutgoingEvent } from '../../platform/events/port.ts';
import { insertAlerts, resolveAlerts } from './alert-store.ts';
import { countUnread, insertItems, type NewInboxItem } from './inbox-store.ts';
import { type Reader, readReaders, readSubjects } from './reader-store.ts';
import { languageOf, messageOf } from './rules/messages.ts';
import { consequencesOf, type NoticedFact, type Notice, type Resolution, type Subject } from './rules/occasions.ts';

interface NotifyPorts {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
}

/** Alerts, messages and their ends for a batch of facts of one organization: each table is written once a batch. */
export const notify = async (
  tx: Tx,
  orgId: string,
  facts: readonly NoticedFact[],
  { events, clock }: NotifyPorts,
): Promise<void> => {
  const subjects = await readSubjects(tx, [...new Set(facts.map(({ payload }) => payload.memberId))]);
  const notices: Notice[] = [];
  const resolutions: Resolution[] = [];
  for (const fact of facts) {
    const subject = subjects.get(fact.payload.memberId);
    // Somebody who has left the organization meanwhile.
    if (subject === undefined) continue;
    const consequences = consequencesOf(fact, subject);
    notices.push(...consequences.notices);
    resolutions.push(...consequences.resolutions);
  }
  const raised = await raise(tx, orgId, notices, subjects, clock);
  const resolved = await resolve(tx, resolutions, clock);
  const told = await tell(tx, orgId, notices, subjects, clock.now());
  await events.append(tx, orgId, [...raised, ...resolved, ...told]);
};

const raise = async (
  tx: Tx,
  orgId: string,
  notices: readonly Notice[],
  subjects: ReadonlyMap<string, Subject>,
  clock: NotifyPorts['clock'],
): Promise<OutgoingEvent[]> => {
  const alerts = notices.flatMap(({ alert, memberId, causeId, occasion, atMs }) => {
    if (alert === null) return [];
    const { title, body } = messageOf(occasion, 'en', subjects.get(memberId)?.timeZone ?? 'UTC');
    return [{ kind: alert, memberId, causeId, sentence: `${title}. ${body}`, raisedAtMs: atMs }];
  });
  const inserted = await insertAlerts(tx, orgId, alerts);
  const fresh = inserted.flatMap(({ id, kind, causeId }) => {
    const alert = alerts.find((each) => each.kind === kind && each.causeId === causeId);
    return alert === undefined ? [] : [{ ...alert, id }];
  });
  await appendAudits(
    tx,
    fresh.map(({ id, kind, memberId, sentence }) => ({
      actor: { kind: 'system' },
      action: 'alert.raised',
      object: { kind: 'alert', id },
      detail: { kind, memberId },
      personal: { of: memberId, fields: { sentence } },
    })),
    clock,
  );
  return fresh.map(({ id, kind, memberId, sentence, raisedAtMs }) => ({
    type: 'notifications.alert-raised',
    key: memberId,
    payload: { memberId, alertId: id, kind, sentence, at: new Date(raisedAtMs).toISOString() },
  }));
};

const resolve = async (
  tx: Tx,
  resolutions: readonly Resolution[],
  clock: NotifyPorts['clock'],
): Promise<OutgoingEvent[]> => {
  const now = clock.now();
  const resolved = await resolveAlerts(tx, resolutions, now);
  return resolved.map(({ id, memberId }) => ({
    type: 'notifications.alert-resolved',
    key: memberId,
    payload: { memberId, alertId: id, at: now.toISOString() },
  }));
};

const tell = async (
  tx: Tx,
  orgId: string,
  notices: readonly Notice[],
  subjects: ReadonlyMap<string, Subject>,
  now: Date,
): Promise<OutgoingEvent[]> => {
  if (notices.length === 0) return [];
  const readers = await readReaders(tx, [...new Set(notices.map(({ memberId }) => memberId))]);
  const items = notices.flatMap((notice) =>
    readers.filter((reader) => isFor(notice, reader)).map((reader) => itemFor(notice, reader, subjects)),
  );
  const isFollower = ({ follows }: NewInboxItem): boolean => follows !== null;
  // What they follow may be in this very batch.
  const inserted = [
    ...(await insertItems(
      tx,
      orgId,
      items.filter((item) => !isFollower(item)),
      now,
    )),
    ...(await insertItems(tx, orgId, items.filter(isFollower), now)),
  ];
  const userIds = [...new Set(inserted.map(({ userId }) => userId))];
  if (userIds.length === 0) return [];
  const unread = await countUnread(tx, userIds);
  return userIds.map((userId) => ({
    type: 'notifications.inbox-changed',
    key: userId,
    payload: {
      userId,
      unread: unread.get(userId) ?? 0,
      itemId: inserted.findLast((item) => item.userId === userId)?.itemId ?? null,
    },
  }));
};

const isFor = (notice: Notice, reader: Reader): boolean =>
  reader.memberId === notice.memberId && notice.readers.includes(reader.as);

const itemFor = (notice: Notice, reader: Reader, subjects: ReadonlyMap<string, Subject>): NewInboxItem => {
  const { memberId, causeId, occasion, follows = null } = notice;
  const timeZone = subjects.get(memberId)?.timeZone ?? 'UTC';
  const { title, body } = messageOf(occasion, languageOf(reader.language), timeZone);
  return { userId: reader.userId, kind: occasion.kind, causeId, title, body, memberId, follows };
};
