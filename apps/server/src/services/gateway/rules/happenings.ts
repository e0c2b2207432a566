import type { EventPayload, EventType, LiveHappening, LiveTopic } from '@muster/contracts';

/** What a live socket may be told, and what somebody must be allowed to see to be told it. */
export interface Happening {
  readonly topic: LiveTopic;
  readonly happening: LiveHappening;
  readonly audience: Audience;
}

export type Audience =
  /** Who reaches the member through the ties of the topic's permission. */
  | { readonly kind: 'reach'; readonly memberId: string }
  /** Who may see the member's location now, at this level or above. */
  | {
      readonly kind: 'location';
      readonly memberId: string;
      readonly level: 'presence' | 'full';
      readonly inSession: boolean;
    }
  | { readonly kind: 'user'; readonly userId: string };

type FactOf<Type extends EventType> = { [T in Type]: { readonly type: T; readonly payload: EventPayload<T> } }[Type];

/** The facts that become frames, and of which topic. */
const topicOf = {
  'attendance.entered': 'attendance',
  'attendance.exited': 'attendance',
  'attendance.punch-held': 'attendance',
  'geo.positions-recorded': 'location',
  'geo.presence-changed': 'location',
  'geo.excursion-opened': 'location',
  'geo.excursion-closed': 'location',
  'notifications.alert-raised': 'alerts',
  'notifications.alert-acknowledged': 'alerts',
  'notifications.alert-resolved': 'alerts',
  'notifications.inbox-changed': 'inbox',
} as const satisfies Partial<Record<EventType, LiveTopic>>;
export type HappeningType = keyof typeof topicOf;
export type HappeningFact = FactOf<HappeningType>;

/** The consumer subscribes to exactly these. */
export const happeningTypes = Object.keys(topicOf) as HappeningType[];

/** What has to be looked through for somebody who listens to these topics. */
export const happeningTypesOf = (topics: ReadonlySet<LiveTopic>): HappeningType[] =>
  happeningTypes.filter((type) => topics.has(topicOf[type]));

const toReach = (topic: LiveTopic, memberId: string, happening: LiveHappening): Happening => ({
  topic,
  happening,
  audience: { kind: 'reach', memberId },
});
const toLocation = (
  memberId: string,
  level: 'presence' | 'full',
  happening: LiveHappening,
  inSession = true,
): Happening => ({
  topic: 'location',
  happening,
  audience: { kind: 'location', memberId, level, inSession },
});

/** The frames that follow from one fact. Of a batch of positions only the newest place is shown: a map has no use for the rest. */
export const happeningsOf = (fact: HappeningFact): Happening[] => {
  switch (fact.type) {
    case 'attendance.entered': {
      const { memberId, at, lateByMinutes } = fact.payload;
      return [
        toReach('attendance', memberId, {
          kind: 'punched',
          memberId,
          direction: 'ENTER',
          at,
          lateByMinutes,
          noExit: false,
        }),
      ];
    }
    case 'attendance.exited': {
      const { memberId, at, noExit } = fact.payload;
      return [
        toReach('attendance', memberId, { kind: 'punched', memberId, direction: 'EXIT', at, lateByMinutes: 0, noExit }),
      ];
    }
    case 'attendance.punch-held': {
      const { memberId, punchId, sentence } = fact.payload;
      return [toReach('attendance', memberId, { kind: 'punch-held', memberId, punchId, sentence })];
    }
    case 'geo.positions-recorded': {
      const { memberId, sessionId, fixes } = fact.payload;
      const newest = fixes.reduce<(typeof fixes)[number] | undefined>(
        (best, fix) => (fix.isPing !== true && (best === undefined || fix.fixedAt > best.fixedAt) ? fix : best),
        undefined,
      );
      if (newest === undefined) return [];
      const { mock: _mock, isPing: _isPing, ...position } = newest;
      return [toLocation(memberId, 'full', { kind: 'moved', memberId, position }, sessionId !== null)];
    }
    case 'geo.presence-changed': {
      const { memberId, state, since } = fact.payload;
      return [toLocation(memberId, 'presence', { kind: 'presence', memberId, state, since })];
    }
    case 'geo.excursion-opened': {
      const { memberId, excursionId, startedAt } = fact.payload;
      return [toLocation(memberId, 'presence', { kind: 'excursion-opened', memberId, excursionId, startedAt })];
    }
    case 'geo.excursion-closed': {
      const { memberId, excursionId, endedAt, durationMs } = fact.payload;
      return [
        toLocation(memberId, 'presence', { kind: 'excursion-closed', memberId, excursionId, endedAt, durationMs }),
      ];
    }
    case 'notifications.alert-raised': {
      const { memberId, alertId, kind, sentence, at } = fact.payload;
      return [toReach('alerts', memberId, { kind: 'alert-raised', memberId, alertId, alertKind: kind, sentence, at })];
    }
    case 'notifications.alert-acknowledged':
    case 'notifications.alert-resolved': {
      const { memberId, alertId, at } = fact.payload;
      const change = fact.type === 'notifications.alert-resolved' ? 'resolved' : 'acknowledged';
      return [toReach('alerts', memberId, { kind: 'alert-changed', memberId, alertId, change, at })];
    }
    case 'notifications.inbox-changed': {
      const { userId, unread } = fact.payload;
      return [{ topic: 'inbox', happening: { kind: 'inbox', unread }, audience: { kind: 'user', userId } }];
    }
  }
};
