import type { LocationLevel, Role } from '@muster/contracts';
import type { Happening } from './happenings.ts';

/** What one viewer may be told, as read from the published views. */
export interface ViewerAccess {
  readonly userId: string;
  readonly role: Role;
  /** Members reached through the ties of `members.see`. */
  readonly seen: ReadonlySet<string>;
  /** Members reached through the ties of `alerts.handle`. */
  readonly handled: ReadonlySet<string>;
  /** What may be seen of a member's location at this moment; a member who is missing here may not be seen at all. */
  readonly levels: Map<string, LocationLevel>;
}

/** Ties to staff end with the session; a guardian's agreed view and one's own do not. */
const isStaff = (role: Role): boolean => role !== 'guardian' && role !== 'member';

/** Whether this viewer is told. */
export const isToldOf = ({ topic, audience }: Happening, viewer: ViewerAccess): boolean => {
  switch (audience.kind) {
    case 'user':
      return audience.userId === viewer.userId;
    case 'reach':
      return (topic === 'alerts' ? viewer.handled : viewer.seen).has(audience.memberId);
    case 'location': {
      if (!audience.inSession && isStaff(viewer.role)) return false;
      const level = viewer.levels.get(audience.memberId) ?? 'attendance';
      return level === 'full' || (level === 'presence' && audience.level === 'presence');
    }
  }
};
