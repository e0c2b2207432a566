const parse = (cursor: string): readonly [bigint, bigint] => {
  const [xid = '0', seq = '0'] = cursor.split('.');
  return [BigInt(xid), BigInt(seq)];
};

/** Whether one place of the stream lies behind another; cursors read `<transaction>.<sequence>`. */
export const isAfter = (one: string, other: string): boolean => {
  const [oneXid, oneSeq] = parse(one);
  const [otherXid, otherSeq] = parse(other);
  return oneXid === otherXid ? oneSeq > otherSeq : oneXid > otherXid;
};
