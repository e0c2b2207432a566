import type { organizationRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Reading, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { isUuid } from '../../platform/ids.ts';
import * as store from './people-store.ts';

type Routes = typeof organizationRoutes;

export const listGroups: Verb<Routes['listGroups']> = async (tx, _input, call) => ({
  items: await store.listGroups(tx, call),
});

export const listPeople: Reading<Routes['listPeople']> = async (tx, { query }, { actor }) => {
  const { cursor, limit, search, role, groupId, status, sort, order } = query;
  const after = await placeOf(tx, cursor, sort);
  const people = await store.listPeople(tx, {
    orgId: actor.orgId,
    after,
    limit: limit + 1,
    search,
    role,
    groupId,
    status,
    sort,
    descending: order === 'descending',
  });
  return pageOf(people, limit, ({ userId }) => userId);
};

export const listMembers: Verb<Routes['listMembers']> = async (tx, { query }, call) => {
  const { cursor, limit, search, groupId } = query;
  const after = await placeOf(tx, cursor);
  const members = await store.listMembers(tx, call, { after, limit: limit + 1, search, groupId });
  return pageOf(members, limit, ({ memberId }) => memberId);
};

export const readGuardianAgreement: Verb<Routes['readGuardianAgreement']> = async (tx, { params }, call) => {
  await requireReach(tx, call, params.memberId);
  const guardians = await store.listGuardians(tx, params.memberId);
  return {
    items: guardians.map(({ liveAgreedAt, ...guardian }) => ({
      ...guardian,
      liveAgreedAt: liveAgreedAt?.toISOString() ?? null,
    })),
  };
};

/** A cursor is the id of the last person shown: names may be longer than a cursor, and say too much in a log. */
const placeOf = async (tx: Tx, cursor: string | undefined, sort?: store.PeopleSort): Promise<store.After | null> => {
  if (cursor === undefined) return null;
  const place = isUuid(cursor) ? await store.readPlace(tx, cursor, sort) : null;
  if (place === null) {
    throw problem('request-invalid', { fields: [{ path: 'query.cursor', message: 'is not from an answer before' }] });
  }
  return place;
};

/** `found` has one more than fits when there is another page. */
const pageOf = <Item>(found: readonly Item[], limit: number, idOf: (item: Item) => string) => {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? idOf(last) : null };
};
