import type { PersonDetail } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { versionOf } from '../../platform/http/versions.ts';
import { listAdministrators, type PersonRow, readAssignedGroupIds, readPerson } from './person-store.ts';
import { isWide } from './rules/person-rules.ts';

/** Whom the caller may look at and change as a manager of people: everybody, or the members of assigned groups. */

export const shown = (person: PersonRow): PersonDetail => ({ ...person, version: versionOf(person) });

/** @throws Problem `not-found`, also for people whom the caller does not manage */
export const requirePerson = async (tx: Tx, call: Call, userId: string, options = {}): Promise<PersonRow> => {
  const person = await readPerson(tx, userId, options);
  if (person === null) throw nobody();
  if (isWide(call.ties)) return person;
  const assigned = await readAssignedGroupIds(tx, call.actor.userId);
  if (person.role !== 'member' || person.groupId === null || !assigned.includes(person.groupId)) throw nobody();
  return person;
};

/** Of an organization, or of the platform. @throws Problem `last-administrator` when nobody else could let others in */
export const requireOtherAdministrator = async (
  tx: Tx,
  { actor }: Call,
  { userId, role }: Pick<PersonRow, 'userId' | 'role'>,
): Promise<void> => {
  if (role !== 'org_admin' && role !== 'platform_admin') return;
  const others = (await listAdministrators(tx, actor.orgId, role)).filter((id) => id !== userId);
  if (others.length === 0) throw problem('last-administrator');
};

/** @throws Problem `not-permitted` when a supervisor would place a member outside the assigned groups */
export const requireManagedGroup = async (tx: Tx, call: Call, groupId: string | null): Promise<void> => {
  if (isWide(call.ties)) return;
  const assigned = await readAssignedGroupIds(tx, call.actor.userId);
  if (groupId === null || !assigned.includes(groupId)) {
    throw problem('not-permitted', { detail: 'You may place members in the groups that you are assigned to.' });
  }
};

/**
 * Somebody new is within nobody's reach before there is a group to be reached through, so the database would not take the
 * row from a supervisor. Only after it was decided that the caller may place members in that group.
 */
export const beyondReach = async (tx: Tx, write: () => Promise<void>): Promise<void> => {
  const { rows } = await sql<{ scope: string }>`
    SELECT coalesce(current_setting('muster.scope', true), '') AS scope`.execute(tx);
  await sql`SELECT set_config('muster.scope', 'organization', true)`.execute(tx);
  await write();
  // After an error there is nothing to go back to: the transaction is over.
  await sql`SELECT set_config('muster.scope', ${rows[0]?.scope ?? 'none'}, true)`.execute(tx);
};

const nobody = () => problem('not-found', { detail: 'Nobody of this id is known to you.' });

/** What these users may see and do has changed: caches forget it, sockets ask anew, outdated sessions end. */
export const tellAccessChanged = (
  tx: Tx,
  events: Pick<EventBus, 'append'>,
  orgId: string,
  userIds: Iterable<string>,
): Promise<void> => {
  const facts = [...new Set(userIds)].map((userId) => ({
    type: 'users.access-changed' as const,
    key: userId,
    payload: { userId },
  }));
  return facts.length === 0 ? Promise.resolve() : events.append(tx, orgId, facts);
};

/** Which unique columns say which problem. */
const duplicates = {
  account_org_id_number_key: 'number-taken',
  account_org_id_email_key_key: 'email-taken',
  member_group_org_id_site_id_name_key: 'name-taken',
  site_name: 'name-taken',
  organization_slug_key: 'name-taken',
} as const;

/** @throws Problem instead of PostgreSQL's error about a value that somebody else has */
export const refusingDuplicates = async <T>(write: () => Promise<T>): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : '';
    const code = duplicates[constraint as keyof typeof duplicates];
    throw code === undefined ? error : problem(code);
  }
};
