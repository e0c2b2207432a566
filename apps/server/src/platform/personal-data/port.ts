import type { RawBuilder } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Cache } from '../cache/port.ts';
import type { ObjectStore } from '../objects/port.ts';

/** Who is to be erased. */
export interface Erasing {
  readonly orgId: string;
  readonly userId: string;
  readonly at: Date;
  /** Their name, number and e-mail address, in small letters: by what a text or a file is recognised as being about them. */
  readonly identifiers: readonly string[];
}

/** Instants before which each class of data is no longer kept, in one organization. */
export interface KeptSince {
  readonly positions: Date;
  readonly looks: Date;
  readonly punchEvidence: Date;
  readonly signIns: Date;
  readonly notifications: Date;
  readonly exports: Date;
}

/**
 * What a service knows about people. Every service answers for its own rows: it can be asked for all about one person,
 * and to forget them, and removes by itself what is kept no longer.
 */
export interface PersonalData {
  /**
   * Everything about a person, without secrets: `SELECT …` by the name under which it stands in the export. `person` is
   * their id as a literal; the queries run inside their organization.
   */
  readonly tables: Readonly<Record<string, (person: RawBuilder<string>) => RawBuilder<unknown>>>;
  /**
   * Removes or empties every row about a person; what has to stay for the sake of sums keeps an id that is nobody's. May
   * run again. @returns the keys of objects that are to be deleted
   */
  erase(
    tx: Tx,
    person: Erasing,
    ports: { readonly objects: ObjectStore; readonly cache: Cache },
  ): Promise<readonly string[]>;
  /** Removes what the organization no longer keeps. @returns the keys of objects that are to be deleted */
  readonly forget?: (tx: Tx, orgId: string, since: KeptSince) => Promise<readonly string[]>;
  /** Erases only when all others have: they recognise the person by what stands there. */
  readonly isLast?: true;
}
