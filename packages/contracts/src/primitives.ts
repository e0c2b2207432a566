import { z } from 'zod';

/** The value types that every route and event is made of. Units stand in the names; instants are UTC. */

export const uuid = z.uuid();
/** An instant in UTC, ISO 8601 with a `Z`, millisecond precision. */
export const instant = z.iso.datetime({ offset: false, precision: 3 });
/** A calendar date of the site's time zone, `YYYY-MM-DD`. */
export const localDate = z.iso.date();
/** A wall-clock time of the site's time zone, `HH:MM`. */
export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 08:30');
export const timeZone = z.string().min(1).max(64).meta({ description: 'IANA time zone, for example Europe/Vienna' });
/** One line of text that a person typed; control characters and NUL are refused. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'text without control characters');
/** A sentence or two that a person typed. */
export const note = z
  .string()
  .trim()
  .min(3)
  .max(500)
  .regex(/^[^\p{Cs}\0]*$/u, 'text without NUL or broken characters');
export const latitude = z.number().min(-90).max(90);
export const longitude = z.number().min(-180).max(180);
export const coordinates = z.strictObject({ latitude, longitude });
export type Coordinates = z.infer<typeof coordinates>;

export const cursor = z.string().max(200).meta({ description: 'opaque; taken from the answer before' });
export const pageQuery = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** One page of a longer list; `nextCursor` is null on the last one. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: cursor.nullable() });
