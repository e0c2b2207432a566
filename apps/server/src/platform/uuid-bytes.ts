const idBytes = 16;

/** The 16 bytes of a UUID. */
export const bytesOfUuid = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/** The UUID that stands at `offset`. */
export const uuidOfBytes = (bytes: Buffer, offset: number): string => {
  const hex = bytes.toString('hex', offset, offset + idBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
