import { z } from 'zod';

/** Roles, ties and permissions: one table, read by the server, the web app and the generated documentation. */

export const roles = [
  'platform_admin',
  'platform_operator',
  'platform_overseer',
  'org_admin',
  'org_office',
  'supervisor',
  'guardian',
  'member',
] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

/**
 * How a user is tied to a member; a permission is held through a tie, so that "may see location" means one
 * thing for a principal (everyone) and another for a teacher (assigned groups).
 */
export const ties = ['organization', 'assigned', 'linked', 'self'] as const;
export const tie = z.enum(ties);
export type Tie = z.infer<typeof tie>;

export const permissions = {
  'audit.read': { org_admin: ['organization'], org_office: ['organization'] },
  'operations.manage': { org_admin: ['organization'] },
  'rules.configure': { org_admin: ['organization'] },
  'gates.operate': { org_admin: ['organization'], org_office: ['organization'] },
  'members.see': {
    org_admin: ['organization'],
    org_office: ['organization'],
    supervisor: ['assigned'],
    guardian: ['linked'],
    member: ['self'],
  },
  'attendance.decide': { org_admin: ['organization'], org_office: ['organization'], supervisor: ['assigned'] },
  'attendance.punch': { member: ['self'] },
  'location.see': {
    org_admin: ['organization'],
    org_office: ['organization'],
    supervisor: ['assigned'],
    guardian: ['linked'],
    member: ['self'],
  },
  'location.report': { member: ['self'] },
  'looks.see': { org_admin: ['organization'], guardian: ['linked'], member: ['self'] },
  'alerts.handle': { org_admin: ['organization'], org_office: ['organization'], supervisor: ['assigned'] },
  'signals.see': {
    org_admin: ['organization'],
    org_office: ['organization'],
    supervisor: ['assigned'],
    member: ['self'],
  },
  'reports.export': {
    org_admin: ['organization'],
    org_office: ['organization'],
    supervisor: ['assigned'],
    guardian: ['linked'],
    member: ['self'],
  },
} as const satisfies Record<string, Partial<Record<Role, readonly Tie[]>>>;
export type Permission = keyof typeof permissions;

/** The ties through which a role holds a permission; empty when it does not hold it at all. */
export const tiesOf = (holder: Role, permission: Permission): readonly Tie[] =>
  (permissions[permission] as Partial<Record<Role, readonly Tie[]>>)[holder] ?? [];

/** What of a member's location somebody may see: nothing, in or out, or the coordinates. */
export const locationLevels = ['attendance', 'presence', 'full'] as const;
export const locationLevel = z.enum(locationLevels);
export type LocationLevel = z.infer<typeof locationLevel>;

/** Why location may be processed. */
export const purposes = ['attendance', 'safety', 'guardian-live'] as const;
export const purpose = z.enum(purposes);
export type Purpose = z.infer<typeof purpose>;

export const vocabularies = ['campus', 'workforce'] as const;
export const vocabulary = z.enum(vocabularies);
export type Vocabulary = z.infer<typeof vocabulary>;
