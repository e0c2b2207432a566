import type { Readable } from 'node:stream';

/** Files: reports, exports, archives. Keys are made by the server, never from what a user typed. */
export interface ObjectStore {
  /** Stores all or nothing; an object of the same key is replaced. */
  put(key: string, content: Buffer | Readable, about: { contentType: string }): Promise<StoredObject>;
  /** Null when there is no such object. */
  get(key: string): Promise<{ object: StoredObject; content: Readable } | null>;
  delete(key: string): Promise<void>;
  check(): Promise<void>;
}

export interface StoredObject {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** `<org id>/<area>/<uuid>.<ending>`: nothing in it can leave its folder or its organization. */
export const isObjectKey = (key: string): boolean =>
  /^[0-9a-f-]{36}\/[a-z][a-z-]{0,30}\/[0-9a-f-]{36}(\.[a-z0-9]{1,8})?$/.test(key);
