import type { Role } from '@muster/contracts';

/** What stands in the addresses of the administration's pages; anything else is dropped. */

export const peopleRoles = ['org_admin', 'org_office', 'supervisor', 'member', 'guardian'] as const satisfies Role[];
export type PeopleRole = (typeof peopleRoles)[number];

export interface PeopleSearch {
  readonly q?: string | undefined;
  readonly role?: PeopleRole | undefined;
}
export interface AuditSearch {
  readonly action?: string | undefined;
  readonly object?: string | undefined;
  readonly entry?: string | undefined;
}
export interface SiteSearch {
  /** Which of the geofences is edited, by its place in the list. */
  readonly fence?: number | undefined;
}
export interface SchedulesSearch {
  readonly group?: string | undefined;
}

type Raw = Record<string, unknown>;
/** Search parameters that look like numbers arrive as numbers. */
const textOf = (value: unknown, longest = 80): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, longest) || undefined : undefined;

export const peopleSearch = (raw: Raw): PeopleSearch => ({
  q: textOf(raw.q),
  role: peopleRoles.find((name) => name === raw.role),
});

export const auditSearch = (raw: Raw): AuditSearch => ({
  action: textOf(raw.action),
  object: textOf(raw.object),
  entry: textOf(raw.entry),
});

export const siteSearch = (raw: Raw): SiteSearch => ({
  fence: typeof raw.fence === 'number' && Number.isInteger(raw.fence) && raw.fence >= 0 ? raw.fence : undefined,
});

export const schedulesSearch = (raw: Raw): SchedulesSearch => ({ group: textOf(raw.group) });
