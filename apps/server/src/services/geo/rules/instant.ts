const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?| \d{2}:\d{2})?$/;

/**
 * Reads an instant written as text, as phones and track files write it: a date, `T` or a space, a time, and a zone
 * (`Z`, `+02:00`, `-0700`, `+05`). Without a zone it is UTC. Returns epoch milliseconds (finer digits are cut off), or
 * NaN for anything else and for days and hours that do not exist. A leap second is the first second after it.
 */
export function parseInstant(text: string): number {
  const match = pattern.exec(text.trim());
  if (match === null) {
    return Number.NaN;
  }
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const midnightMs = midnight(Number(year), Number(month), Number(day));
  const seconds = Number(second ?? 0);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && (seconds < 60 || (seconds === 60 && minute === '59'));
  if (!isTime) {
    return Number.NaN;
  }
  const minutes = Number(hour) * 60 + Number(minute) - offsetMinutes(zone);
  return midnightMs + (minutes * 60 + seconds) * 1000 + Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
}

/** Start of a day in UTC; NaN for a day that is in no calendar. */
function midnight(year: number, month: number, day: number): number {
  const atMs = Date.UTC(year, month - 1, day);
  const read = new Date(atMs);
  return read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day
    ? atMs
    : Number.NaN;
}

/** Minutes ahead of UTC. A plus sign that was sent unescaped in a URL arrives as a space. */
function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') {
    return 0;
  }
  const digits = zone.replace(/\D/g, '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2) || 0)];
  if (hours > 18 || minutes > 59) {
    return Number.NaN;
  }
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
