import type { StoredEvent } from '../../../platform/events/port.ts';
import { happeningTypes } from '../rules/happenings.ts';

/** Facts that sockets are not told, but that change what they may be told. */
const accessTypes = ['users.access-changed', 'auth.session-ended', 'geo.excursion-withdrawn'] as const;
export const liveTypes = [...happeningTypes, ...accessTypes] as const;
export type LiveFact = StoredEvent<(typeof liveTypes)[number]>;

/** The channel of an organization: every gateway that holds one of its sockets listens to it. */
export const channelOf = (orgId: string): string => `live.${orgId}`;

const levelTypes = [
  'attendance.entered',
  'geo.excursion-opened',
  'geo.excursion-closed',
  'geo.excursion-withdrawn',
] as const satisfies readonly LiveFact['type'][];

/**
 * A session opens access, and an open excursion raises a supervisor's level: what holds now is read. The end of a session
 * needs no reading, it only takes away; and what is read could be a session that began since.
 */
export const changesLevels = (fact: LiveFact): fact is StoredEvent<(typeof levelTypes)[number]> =>
  levelTypes.some((type) => type === fact.type);
