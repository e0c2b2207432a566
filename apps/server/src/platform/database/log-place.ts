import type { Lsn } from './port.ts';

const lsnPattern = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/;

export const isLsn = (text: string): text is Lsn => lsnPattern.test(text);

/** Bytes from the beginning of the log. @throws Error for what is no place in it */
export const bytesTo = (lsn: Lsn): bigint => {
  const [, high, low] = lsnPattern.exec(lsn) ?? [];
  if (high === undefined || low === undefined) throw new Error(`${lsn} is no place in the log`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};
