import { dictionary } from '@zxcvbn-ts/language-common';

/** Loaded when the first password is chosen: most processes never need it. */
const commonPasswords = new Set(dictionary['passwords-common'].map((password) => password.toLowerCase()));

/** Whether it is among the passwords that turn up most in what was stolen from others. Lower case. */
export const isCommonPassword = (text: string): boolean => commonPasswords.has(text);
