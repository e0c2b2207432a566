import type { Readable } from 'node:stream';

/** Files: reports, exports, archives. Keys are made by the server, never from what a user typed. */
export interface ObjectStore {
  /** Stores all or nothing; an object of the same key is replaced. */
  put(key: string, content: Buffer | Readable, about: AboutObject): Promise<StoredObject>;
  /** Null when there is no such object. The content ends with an error when it is not what was stored. */
  get(key: string): Promise<{ object: StoredObject; content: Readable } | null>;
  delete(key: string): Promise<void>;
  /** An address from which anybody who has it may fetch the object for a while; absent where files are served by us. */
  readonly downloadUrl?: (key: string, link: DownloadLink) => Promise<string>;
  check(): Promise<void>;
}

export interface AboutObject {
  readonly contentType: string;
  /** For archives, where the store can: until then nobody is able to replace or delete it. */
  readonly lockedUntil?: Date;
}

export interface DownloadLink {
  /** What the browser calls the file. */
  readonly fileName: string;
  readonly validForMs: number;
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
