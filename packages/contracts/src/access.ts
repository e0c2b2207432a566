import { z } from 'zod';

/** Roles, ties and permissions: one table, read by the server, the database, the web app and the documentation. */

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
 * How far a permission reaches, so that "may see location" means one thing for a principal (everyone) and another for
 * a teacher (assigned groups): every organization, the own organization, the members of assigned groups, linked
 * members, oneself.
 */
export const ties = ['all', 'organization', 'assigned', 'linked', 'self'] as const;
export const tie = z.enum(ties);
export type Tie = z.infer<typeof tie>;

type Holders = Partial<Record<Role, readonly Tie[]>>;
const everywhere = ['all'] as const;
const here = ['organization'] as const;
const assigned = ['assigned'] as const;
const linked = ['linked'] as const;
const self = ['self'] as const;

const platform = { platform_admin: everywhere, platform_operator: everywhere } as const;
const admins = { platform_admin: everywhere, org_admin: here } as const;
const offices = { ...admins, org_office: here } as const;
const staff = { ...offices, supervisor: assigned } as const;

/**
 * What each role may do where nobody has changed anything, and how far it reaches: role × permission × scope. Every
 * route names one of these; `access-rule.ts` says how an organization narrows and widens them.
 */
export const permissions = {
  // The platform
  'organizations.see': platform,
  'organizations.manage': { platform_admin: everywhere },
  'figures.see': { ...platform, platform_overseer: everywhere },
  'system.configure': platform,
  'operations.manage': { ...platform, org_admin: here },

  // An organization
  'audit.read': { ...platform, org_admin: here, org_office: here },
  'rules.configure': admins,
  'permissions.manage': admins,
  'security.configure': admins,
  'integrations.manage': admins,
  'privacy.manage': admins,
  'gates.operate': offices,

  // People
  'members.see': { ...staff, platform_operator: everywhere, guardian: linked, member: self },
  'members.manage': staff,
  'staff.manage': admins,
  'guardians.manage': offices,
  'devices.manage': staff,

  // Attendance
  'attendance.punch': { member: self },
  'attendance.scan-cards': staff,
  'attendance.add-manual': staff,
  'attendance.request-correction': { member: self },
  'attendance.decide': staff,
  'attendance.override': offices,
  'attendance.lock-month': offices,

  // Location
  'location.report': { member: self },
  'location.see': { ...staff, platform_operator: everywhere, guardian: linked, member: self },
  'location.roll-call': staff,
  'looks.see': { ...admins, guardian: linked, member: self },

  // What must be looked at
  'alerts.handle': staff,
  'alerts.raise-sos': { member: self },
  'signals.see': { ...staff, member: self },
  'signals.answer': { member: self },
  'signals.decide': staff,

  // What goes out
  'notifications.send': staff,
  'reports.export': { ...staff, platform_operator: everywhere, guardian: linked, member: self },
} as const satisfies Record<string, Holders>;
export type Permission = keyof typeof permissions;
export const permissionCodes = Object.keys(permissions) as [Permission, ...Permission[]];
export const permission = z.enum(permissionCodes);

/** The ties through which a role holds a permission by the table; empty when it does not hold it at all. */
export const tiesOf = (holder: Role, held: Permission): readonly Tie[] => (permissions[held] as Holders)[holder] ?? [];

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
