export { writeCredentials as seedCredentials } from './account-store.ts';
export { makePasswordLink } from './password-links.ts';
export { hashPassword } from './passwords.ts';
