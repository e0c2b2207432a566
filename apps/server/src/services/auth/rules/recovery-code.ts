/** Without letters that are mistaken for digits or for each other. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const codeLength = 16;
export const codesInASet = 10;

/** Four groups of four; 80 random bits. `bytes`: 10 random ones. */
export const recoveryCode = (bytes: Uint8Array): string => {
  let bits = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let index = 0; index < codeLength; index += 1) {
    text = `${alphabet[Number(bits & 31n)] ?? ''}${text}`;
    bits >>= 5n;
  }
  return (text.match(/.{4}/g) ?? []).join('-');
};

/** As it is hashed: people write O for 0 and leave the dashes out. */
export const normalizedRecoveryCode = (typed: string): string =>
  typed
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1');
