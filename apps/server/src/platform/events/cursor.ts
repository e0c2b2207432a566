/** A place in the stream: the writing transaction, then the order inside it. */
export interface Cursor {
  /** A 64-bit transaction id, in digits. */
  xid: string;
  seq: number;
}

export const beforeEverything: Cursor = { xid: '0', seq: 0 };

export function formatCursor(cursor: Cursor): string {
  return `${cursor.xid}.${cursor.seq}`;
}

export function parseCursor(text: string): Cursor | undefined {
  const [, xid, seq] = /^(\d{1,19})\.(\d{1,15})$/.exec(text) ?? [];
  return xid === undefined || seq === undefined ? undefined : { xid, seq: Number(seq) };
}

/** Whether a place, written as text, lies after another. */
export function isBeyond(text: string, floor: Cursor): boolean {
  const cursor = parseCursor(text);
  if (!cursor) return false;
  const [xid, floorXid] = [BigInt(cursor.xid), BigInt(floor.xid)];
  return xid === floorXid ? cursor.seq > floor.seq : xid > floorXid;
}
