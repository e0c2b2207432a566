/** What stands in the addresses of the administration's pages; anything else is dropped. */

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

export const auditSearch = (raw: Raw): AuditSearch => ({
  action: textOf(raw.action),
  object: textOf(raw.object),
  entry: textOf(raw.entry),
});

export const siteSearch = (raw: Raw): SiteSearch => ({
  fence: typeof raw.fence === 'number' && Number.isInteger(raw.fence) && raw.fence >= 0 ? raw.fence : undefined,
});

export const schedulesSearch = (raw: Raw): SchedulesSearch => ({ group: textOf(raw.group) });
