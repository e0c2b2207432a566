import type { OwnPrivacy, privacyRoutes, Purpose } from '@muster/contracts';
import type { Tx } from '../../../platform/database/port.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Call, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { auditChange } from '../audit-change.ts';
import { tellAccessChanged } from '../managed-people.ts';
import * as store from './consent-store.ts';
import { readCurrentNotice, type StoredNotice } from './notice-store.ts';

type Routes = typeof privacyRoutes;
interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

export const readOwnPrivacy: Verb<Routes['readOwnPrivacy']> = (tx, { query }, call) =>
  ownPrivacy(tx, call, query.language);

export const giveConsent =
  ({ events }: Dependencies): Verb<Routes['giveConsent']> =>
  async (tx, { body: { version, language, answers } }, call) => {
    const notice = await requireNotice(tx, call, version, language);
    const wards = await store.readWards(tx, call.actor.userId);
    for (const { memberId, agreed } of answers) {
      const ward = wards.find((each) => each.memberId === memberId);
      if (ward === undefined) throw problem('not-found', { detail: 'You do not answer for anybody of this id.' });
      if (ward.isSelf && !ward.ofAge && ward.hasGuardian) {
        throw problem('not-permitted', { detail: 'Your guardians answer for you until you come of age.' });
      }
      await answer(tx, { events }, call, {
        notice,
        language,
        ward,
        agreed,
        givenBy: call.actor.userId,
        enteredBy: null,
      });
    }
    return ownPrivacy(tx, call, language);
  };

export const withdrawConsent =
  ({ events }: Dependencies): Verb<Routes['withdrawConsent']> =>
  async (tx, { body: { memberId, purpose } }, call) => {
    const { actor, at } = call;
    // A minor may object as well: whoever says no is heard.
    const ward = (await store.readWards(tx, actor.userId)).find((each) => each.memberId === memberId);
    if (ward === undefined) throw problem('not-found', { detail: 'You do not answer for anybody of this id.' });
    const notice = await readCurrentNotice(tx, at);
    if (notice?.purposes.some((each) => each.purpose === purpose && each.necessary)) throw problem('purpose-necessary');
    const stood = await store.markWithdrawn(tx, { memberId, purpose, by: actor.userId, at });
    if (stood === 0) throw problem('not-found', { detail: 'There is no consent to this that could be withdrawn.' });
    await endPurposes(tx, { events }, call, memberId, [purpose]);
    await auditChange(tx, call, 'consent.withdrawn', { kind: 'user', id: memberId }, { purpose });
    return ownPrivacy(tx, call);
  };

/** From the 18th birthday on; before it, whoever manages guardians decides about links. */
export const grantGuardian =
  ({ events }: Dependencies): Verb<Routes['grantGuardian']> =>
  async (tx, { params: { guardianId }, body }, call) => {
    const { userId, orgId } = call.actor;
    const self = (await store.readWards(tx, userId)).find(({ isSelf }) => isSelf);
    if (self?.ofAge !== true) {
      throw problem('not-permitted', { detail: 'This is for you to decide from your 18th birthday on.' });
    }
    if (!(await store.writeGrant(tx, { memberId: userId, guardianId }, body, call.at))) throw problem('not-found');
    if (body.maySee && body.mayLive) await store.refuseNoLonger(tx, userId, ['guardian-live']);
    await tellAccessChanged(tx, events, orgId, [guardianId, userId]);
    await auditChange(tx, call, 'guardian.granted', { kind: 'user', id: userId }, { guardianId, ...body });
    return ownPrivacy(tx, call);
  };

export interface Answer {
  readonly notice: StoredNotice;
  readonly language: string;
  readonly ward: Pick<store.Ward, 'memberId' | 'isSelf'>;
  readonly agreed: readonly Purpose[];
  readonly givenBy: string;
  /** The member of staff who has the paper before them. */
  readonly enteredBy: string | null;
}

/** Keeps one person's answers to a notice; what is not agreed to ends. */
export const answer = async (tx: Tx, ports: Dependencies, call: Call, given: Answer): Promise<void> => {
  const { notice, language, ward, agreed, givenBy, enteredBy } = given;
  const { memberId } = ward;
  const { orgId } = call.actor;
  const asked = askedOf(notice, ward);
  const consents = asked.map(({ purpose, necessary }) => ({
    id: uuidv7(),
    subjectId: memberId,
    purpose,
    answer: necessary ? ('told' as const) : agreed.includes(purpose) ? ('agreed' as const) : ('declined' as const),
    givenBy,
    enteredBy,
    version: notice.version,
    language,
    at: call.at,
  }));
  await store.insertConsents(tx, orgId, consents);
  const declined = consents.filter((each) => each.answer === 'declined').map(({ purpose }) => purpose);
  const allowed = consents.filter((each) => each.answer !== 'declined').map(({ purpose }) => purpose);
  await store.refuseNoLonger(tx, memberId, allowed);
  if (allowed.includes('guardian-live')) await store.writeLiveView(tx, memberId, givenBy, call.at);
  await endPurposes(tx, ports, call, memberId, declined);
  await auditChange(
    tx,
    call,
    'consent.answered',
    { kind: 'user', id: memberId },
    {
      version: notice.version,
      language,
      allowed,
      declined,
      givenBy,
      method: enteredBy === null ? 'signed-in' : 'paper',
    },
  );
};

/** From the commit on nothing more is stored or shown for them: see `published.refused_purpose`. */
const endPurposes = async (
  tx: Tx,
  { events }: Dependencies,
  call: Call,
  memberId: string,
  purposes: readonly Purpose[],
): Promise<void> => {
  const { orgId } = call.actor;
  const at = call.at.toISOString();
  for (const purpose of purposes) {
    if (purpose === 'guardian-live') await store.writeLiveView(tx, memberId, null, null);
    if (!(await store.refuse(tx, orgId, memberId, purpose, call.at))) continue;
    await events.append(tx, orgId, [
      { type: 'users.consent-withdrawn', key: memberId, payload: { memberId, purpose, at } },
    ]);
  }
};

/** The live view is the guardians': a member is not asked about it, but says later what each guardian may see. */
const askedOf = ({ purposes }: StoredNotice, { isSelf }: Pick<store.Ward, 'isSelf'>): StoredNotice['purposes'] =>
  purposes.filter(({ purpose }) => !isSelf || purpose !== 'guardian-live');

/** @throws Problem `changed-meanwhile` when another version is the one to answer; `not-found` for a language it is not in */
export const requireNotice = async (tx: Tx, call: Call, version: number, language: string): Promise<StoredNotice> => {
  const notice = await readCurrentNotice(tx, call.at);
  if (notice?.version !== version) throw problem('changed-meanwhile');
  if (!notice.texts.some((text) => text.language === language)) {
    throw problem('not-found', { detail: 'The notice does not exist in this language.' });
  }
  return notice;
};

const ownPrivacy = async (tx: Tx, call: Call, language?: string): Promise<OwnPrivacy> => {
  const { userId } = call.actor;
  const notice = await readCurrentNotice(tx, call.at);
  const wards = await store.readWards(tx, userId);
  const self = wards.find(({ isSelf }) => isSelf);
  const text = notice && (notice.texts.find((each) => each.language === language) ?? notice.texts[0]);
  const open = wards.filter(
    (ward) =>
      notice !== null && (ward.answered ?? 0) < notice.version && !(ward.isSelf && !ward.ofAge && ward.hasGuardian),
  );
  return {
    notice: notice && text ? { version: notice.version, ...text } : null,
    awaiting:
      notice === null
        ? []
        : open
            .map((ward) => ({
              memberId: ward.memberId,
              displayName: ward.displayName,
              isSelf: ward.isSelf,
              purposes: askedOf(notice, ward),
            }))
            .filter(({ purposes }) => purposes.length > 0),
    consents: await store.readConsents(
      tx,
      wards.map(({ memberId }) => memberId),
    ),
    ofAge: self?.ofAge ?? false,
    guardians: self === undefined ? [] : await store.readGrants(tx, userId),
  };
};
