/** A place of the stream, to compare; cursors read `<transaction>.<sequence>`. */
export type StreamPlace = readonly [transaction: bigint, sequence: bigint];

export const streamStart: StreamPlace = [0n, 0n];

export const placeOf = (cursor: string): StreamPlace => {
  const [transaction = '0', sequence = '0'] = cursor.split('.');
  return [BigInt(transaction), BigInt(sequence)];
};

/** Whether one place of the stream lies behind another. */
export const isAfter = (one: StreamPlace, other: StreamPlace): boolean =>
  one[0] === other[0] ? one[1] > other[1] : one[0] > other[0];
