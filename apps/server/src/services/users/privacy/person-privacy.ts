import type { PersonPrivacy, privacyRoutes } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Call, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { auditChange } from '../audit-change.ts';
import { tellAccessChanged } from '../managed-people.ts';
import { readConsents } from './consent-store.ts';
import { answer, requireNotice } from './consents.ts';
import { readRequestsAbout } from './request-store.ts';
import { shownRequest } from './data-requests.ts';

type Routes = typeof privacyRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

export const readPersonPrivacy: Verb<Routes['readPersonPrivacy']> = (tx, { params }, call) =>
  personPrivacy(tx, call, params.userId);

/** A paper form, signed by the member or a guardian: the form itself stays where the organization keeps its files. */
export const enterPaperConsent =
  (ports: Dependencies): Verb<Routes['enterPaperConsent']> =>
  async (tx, { params: { userId }, body }, call) => {
    const { version, language, agreed, signedBy } = body;
    const person = await personPrivacy(tx, call, userId);
    if (person.role !== 'member' || person.isErased) throw problem('not-found', { detail: 'There is no such member.' });
    const notice = await requireNotice(tx, call, version, language);
    const isSelf = signedBy === userId;
    const links = await sql<{ of_age: boolean }>`
      SELECT of_age FROM published.guardianship
      WHERE member_id = ${userId} AND guardian_id = ${signedBy} AND may_see`.execute(tx);
    if (!isSelf && links.rows[0]?.of_age !== false) {
      throw problem('not-permitted', { detail: 'It is signed by the member, or by a guardian of a minor.' });
    }
    const ward = { memberId: userId, isSelf };
    await answer(tx, ports, call, { notice, language, ward, agreed, givenBy: signedBy, enteredBy: call.actor.userId });
    return personPrivacy(tx, call, userId);
  };

export const setBirthDate =
  ({ events }: Dependencies): Verb<Routes['setBirthDate']> =>
  async (tx, { params: { userId }, body: { birthDate } }, call) => {
    if (birthDate !== null && birthDate > call.at.toISOString().slice(0, 10)) {
      throw problem('person-invalid', { detail: 'Nobody is born in the future.' });
    }
    const { rows } = await sql`
      UPDATE users.account SET birth_date = ${birthDate}::date
      WHERE id = ${userId} AND role = 'member' AND erased_at IS NULL RETURNING 1`.execute(tx);
    if (rows.length === 0) throw problem('not-found', { detail: 'There is no such member.' });
    const guardians = await sql<{ id: string }>`
      SELECT guardian_id AS id FROM users.guardianship WHERE member_id = ${userId}`.execute(tx);
    const concerned = [userId, ...guardians.rows.map(({ id }) => id)];
    await noteAccessChange(tx, call.actor.orgId, concerned);
    await tellAccessChanged(tx, events, call.actor.orgId, concerned);
    await auditChange(tx, call, 'person.birth-date-set', { kind: 'user', id: userId }, { isSet: birthDate !== null });
    return null;
  };

export const setHold: Verb<Routes['setHold']> = async (tx, { params: { userId }, body: { reason } }, call) => {
  const { isErased } = await personPrivacy(tx, call, userId);
  if (isErased) throw problem('not-found', { detail: 'There is nothing left to keep.' });
  if (reason === null) await sql`DELETE FROM users.legal_hold WHERE user_id = ${userId}`.execute(tx);
  else {
    await sql`
      INSERT INTO users.legal_hold (org_id, user_id, reason, set_by, set_at)
      VALUES (${call.actor.orgId}, ${userId}, ${reason}, ${call.actor.userId}, ${call.at})
      ON CONFLICT (org_id, user_id) DO UPDATE
      SET reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at`.execute(tx);
  }
  const personal = { of: userId, fields: { reason } };
  await auditChange(
    tx,
    call,
    'person.hold-changed',
    { kind: 'user', id: userId },
    { holds: reason !== null },
    personal,
  );
  return personPrivacy(tx, call, userId);
};

/** Whoever watches over a socket is asked anew within a second. */
export const noteAccessChange = async (tx: Tx, orgId: string, userIds: readonly string[]): Promise<void> => {
  await sql`
    INSERT INTO users.access_change (org_id, user_id)
    SELECT ${orgId}, * FROM unnest(${[...userIds]}::uuid[])`.execute(tx);
};

type Person = Pick<PersonPrivacy, 'userId' | 'displayName' | 'role' | 'birthDate' | 'ofAge' | 'isErased'>;
type HoldRow = { reason: string; setBy: string | null; setAt: Date };

/** @throws Problem `not-found` */
const personPrivacy = async (tx: Tx, call: Pick<Call, 'actor'>, userId: string): Promise<PersonPrivacy> => {
  const { rows } = await sql<Person>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role,
      to_char(account.birth_date, 'YYYY-MM-DD') AS "birthDate", coalesce(member.of_age, false) AS "ofAge",
      account.erased_at IS NOT NULL AS "isErased"
    FROM users.account LEFT JOIN published.member ON member.org_id = account.org_id AND member.member_id = account.id
    WHERE account.id = ${userId}`.execute(tx);
  const [person] = rows;
  if (person === undefined) throw problem('not-found', { detail: 'Nobody of this id is known to you.' });
  const holds = await sql<HoldRow>`
    SELECT hold.reason, account.display_name AS "setBy", hold.set_at AS "setAt"
    FROM users.legal_hold hold LEFT JOIN users.account ON account.org_id = hold.org_id AND account.id = hold.set_by
    WHERE hold.user_id = ${userId}`.execute(tx);
  const [hold] = holds.rows;
  return {
    ...person,
    hold: hold === undefined ? null : { ...hold, setAt: hold.setAt.toISOString() },
    consents: await readConsents(tx, [userId]),
    requests: (await readRequestsAbout(tx, userId)).map(shownRequest(call)),
  };
};
