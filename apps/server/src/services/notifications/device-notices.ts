import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, StoredEvent } from '../../platform/events/port.ts';
import type { NewInboxItem } from './inbox-store.ts';
import { readReaders, readSubjects } from './reader-store.ts';
import { deviceMessageOf, type DeviceNews } from './rules/device-messages.ts';
import { languageOf } from './rules/messages.ts';
import { type NoticePorts, putIntoInboxes, readLanguages } from './security-notices.ts';

const types = ['auth.device-waiting', 'auth.device-approved', 'auth.device-revoked'] as const;
type Types = (typeof types)[number];

/** Tells members what becomes of their devices, and those who can approve one that it waits. */
export const deviceNotices = (ports: NoticePorts): Consumer<Types> => ({
  name: 'notifications.devices',
  service: 'notifications',
  types,
  startsAt: 'now',
  async handle(tx, events) {
    const orgId = events[0]?.orgId;
    if (orgId === undefined) return;
    const languages = await readLanguages(tx, [...new Set(events.map(({ payload }) => payload.userId))]);
    const toOwners = events.flatMap((event): NewInboxItem[] => {
      const { userId } = event.payload;
      const language = languages.get(userId);
      const news = newsFor(event);
      if (language === undefined || news === null) return [];
      return [{ userId, kind: news.kind, causeId: event.id, ...deviceMessageOf(news, language), ...aboutNobody }];
    });
    await putIntoInboxes(tx, orgId, [...toOwners, ...(await itemsForStaff(tx, events))], ports);
  },
});

const aboutNobody = { memberId: null, follows: null } as const;

/** Null: nothing that the owner does not know. */
const newsFor = ({ type, payload }: StoredEvent<Types>): DeviceNews | null => {
  const device = payload.deviceName;
  switch (type) {
    case 'auth.device-waiting':
      return { kind: 'device-waiting', device };
    case 'auth.device-approved':
      return { kind: 'device-approved', device };
    case 'auth.device-revoked':
      return { kind: 'device-revoked', device, cause: payload.cause };
  }
};

/** To the supervisors of the member, and to the administrators. */
const itemsForStaff = async (tx: Tx, events: readonly StoredEvent<Types>[]): Promise<NewInboxItem[]> => {
  const waiting = events.filter((event) => event.type === 'auth.device-waiting');
  if (waiting.length === 0) return [];
  const memberIds = [...new Set(waiting.map(({ payload }) => payload.userId))];
  const [subjects, readers, administrators] = [
    await readSubjects(tx, memberIds),
    await readReaders(tx, memberIds),
    await readAdministrators(tx),
  ];
  return waiting.flatMap(({ id: causeId, payload }) => {
    const { userId: memberId, deviceName: device } = payload;
    const subject = subjects.get(memberId);
    if (subject === undefined) return [];
    const supervisors = readers.filter((reader) => reader.memberId === memberId && reader.as === 'supervisors');
    const kind = 'device-to-approve' as const;
    return [...supervisors, ...administrators].map(({ userId, language }) => ({
      userId,
      kind,
      causeId,
      ...deviceMessageOf({ kind, device, member: subject.name }, languageOf(language)),
      memberId,
      follows: null,
    }));
  });
};

const readAdministrators = async (tx: Tx): Promise<{ userId: string; language: string | null }[]> => {
  const { rows } = await sql<{ userId: string; language: string | null }>`
    SELECT user_id AS "userId", language FROM published.account
    WHERE role = 'org_admin' AND status = 'active'`.execute(tx);
  return rows;
};
