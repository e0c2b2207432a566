export { writeCredentials as seedCredentials } from './account-store.ts';
export { hashPassword } from './passwords.ts';
