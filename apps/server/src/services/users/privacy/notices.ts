import {
  effectiveTies,
  type Notice,
  type Permission,
  type privacyRoutes,
  type PrivacySheet,
  type Role,
} from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { auditChange } from '../audit-change.ts';
import { readOverrides } from '../permissions-store.ts';
import * as store from './notice-store.ts';
import { readRetentionDays } from './retention.ts';

type Routes = typeof privacyRoutes;

const shown = ({ validFrom, publishedAt, ...notice }: store.StoredNotice): Notice => ({
  ...notice,
  validFrom: validFrom.toISOString(),
  publishedAt: publishedAt.toISOString(),
});

export const listNotices: Verb<Routes['listNotices']> = async (tx, _input, call) => {
  const notices = await store.readNotices(tx);
  const current = notices.find(({ validFrom }) => validFrom <= call.at)?.version ?? null;
  return { items: notices.map(shown), current, answered: await store.countAnswered(tx, current) };
};

/** A version is never changed afterwards: whoever has agreed has agreed to these words. */
export const publishNotice: Verb<Routes['publishNotice']> = async (tx, { body }, call) => {
  const { orgId, userId } = call.actor;
  const wanted = body.validFrom === null ? call.at : new Date(body.validFrom);
  const validFrom = wanted < call.at ? call.at : wanted;
  const { purposes, texts } = body;
  const version = await store.insertNotice(tx, orgId, {
    purposes,
    texts,
    validFrom,
    publishedBy: userId,
    publishedAt: call.at,
  });
  const detail = {
    purposes: purposes.map(({ purpose }) => purpose),
    necessary: purposes.filter(({ necessary }) => necessary).map(({ purpose }) => purpose),
    languages: texts.map(({ language }) => language),
    validFrom: validFrom.toISOString(),
  };
  await auditChange(tx, call, 'notice.published', { kind: 'notice', id: String(version) }, detail);
  const notice = (await store.readNotices(tx)).find((each) => each.version === version);
  if (notice === undefined) throw new Error('A notice that was just written is not there.');
  return shown(notice);
};

/** What about members can be seen or done, as far as people want to know who may. */
const tellingPermissions = [
  'members.see',
  'location.see',
  'location.roll-call',
  'looks.see',
  'alerts.handle',
  'signals.see',
  'attendance.decide',
  'reports.export',
  'audit.read',
  'privacy.manage',
] as const satisfies readonly Permission[];
const tellingRoles = [
  'org_admin',
  'org_office',
  'supervisor',
  'guardian',
  'member',
  'platform_admin',
  'platform_operator',
] as const satisfies readonly Role[];

/** Worked out from what counts now, so that it cannot say anything else than what is done. */
export const readPrivacySheet: Verb<Routes['readPrivacySheet']> = async (tx, _input, call) => {
  const notice = await store.readCurrentNotice(tx, call.at);
  const overrides = (await readOverrides(tx)).filter(({ subject }) => subject.kind === 'role');
  const holders = tellingPermissions.flatMap((permission) =>
    tellingRoles.flatMap((role) => {
      const ties = effectiveTies({ userId: '', role }, permission, overrides);
      return ties.length === 0 ? [] : [{ permission, role, ties: [...ties] }];
    }),
  );
  return {
    ...(await readLevels(tx)),
    version: notice?.version ?? null,
    validFrom: notice?.validFrom.toISOString() ?? null,
    purposes: notice?.purposes ?? [],
    holders,
    retention: await readRetentionDays(tx),
  };
};

const readLevels = async (tx: Tx): Promise<Pick<PrivacySheet, 'organizationName' | 'location'>> => {
  const { rows } = await sql<Pick<PrivacySheet, 'organizationName' | 'location'>>`
    SELECT name AS "organizationName",
      jsonb_build_object('supervisor', supervisor_location, 'office', office_location) AS location
    FROM users.organization`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('There is no organization.');
  return row;
};
