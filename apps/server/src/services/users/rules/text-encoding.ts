import type { TextEncoding } from '@muster/contracts';

/** In which encoding a text file is written: by its byte order mark, by its NUL bytes, by whether it is sound UTF-8. */
export const detectEncoding = (bytes: Uint8Array): TextEncoding => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 4096);
  const nulsAt = (parity: 0 | 1) => head.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  // Letters of most scripts in use here are, in UTF-16, a byte beside a NUL.
  const many = head.length / 6;
  if (nulsAt(1) > many && nulsAt(0) === 0) return 'utf-16le';
  if (nulsAt(0) > many && nulsAt(1) === 0) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
};

/** Without the byte order mark. Bytes that the encoding does not know become U+FFFD. */
export const decodeText = (bytes: Uint8Array, encoding: TextEncoding): string =>
  new TextDecoder(encoding).decode(bytes);

/** A picture or a program, not a table: control characters are more than a slip. */
export const looksBinary = (text: string): boolean => {
  const head = text.slice(0, 20_000);
  let controls = 0;
  for (let index = 0; index < head.length; index += 1) {
    const code = head.charCodeAt(index);
    if (code < 9 || (code > 13 && code < 32) || code === 127) controls += 1;
  }
  return controls > 20 + head.length / 100;
};
