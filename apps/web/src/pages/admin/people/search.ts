import type { PersonStatus, Role } from '@muster/contracts';

/** What stands in the address of the people's table; anything else is dropped. */

export const peopleRoles = ['org_admin', 'org_office', 'supervisor', 'member', 'guardian'] as const satisfies Role[];
export type PeopleRole = (typeof peopleRoles)[number];
export const peopleSorts = ['name', 'number', 'joined'] as const;
export type PeopleSort = (typeof peopleSorts)[number];

export const personStatuses = ['active', 'suspended', 'left'] as const satisfies PersonStatus[];

export interface PeopleSearch {
  readonly q?: string | undefined;
  readonly role?: PeopleRole | undefined;
  readonly group?: string | undefined;
  readonly status?: PersonStatus | undefined;
  readonly sort?: PeopleSort | undefined;
  readonly down?: true | undefined;
}

/** Search parameters that look like numbers arrive as numbers. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 80) || undefined : undefined;

export const peopleSearch = (raw: Record<string, unknown>): PeopleSearch => ({
  q: textOf(raw.q),
  role: peopleRoles.find((name) => name === raw.role),
  group: textOf(raw.group),
  status: personStatuses.find((name) => name === raw.status),
  sort: peopleSorts.find((name) => name === raw.sort),
  down: raw.down === true ? true : undefined,
});
