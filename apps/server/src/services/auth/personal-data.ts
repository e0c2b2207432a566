import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/** Devices, sign-ins and how they are secured: never a secret, nor its hash. */
export const authPersonalData: PersonalData = {
  tables: {
    'sign-in/credential': (person) =>
      sql`SELECT changed_at, stands_alone FROM auth.credential WHERE user_id = ${person}`,
    'sign-in/devices': (person) => sql`
      SELECT device_id, name, given_name, key_thumbprint, first_seen_at, last_seen_at, bound_at, revoked_at FROM auth.device
      WHERE user_id = ${person} ORDER BY first_seen_at`,
    'sign-in/sessions': (person) => sql`
      SELECT id AS session_id, device_id, role, method, country, started_at, last_used_at, proved_at, ends_by, ended_at,
        end_cause
      FROM auth.session WHERE user_id = ${person} ORDER BY started_at`,
    'sign-in/passkeys': (person) => sql`
      SELECT name, transports, made_at, last_used_at FROM auth.passkey WHERE user_id = ${person} ORDER BY made_at`,
    'sign-in/authenticator-apps': (person) => sql`SELECT confirmed_at FROM auth.totp WHERE user_id = ${person}`,
    'sign-in/recovery-codes': (person) => sql`SELECT used_at FROM auth.recovery_code WHERE user_id = ${person}`,
    'sign-in/password-links': (person) => sql`
      SELECT purpose, made_by, made_at, expires_at, used_at, revoked_at FROM auth.password_link
      WHERE user_id = ${person} ORDER BY made_at`,
    'sign-in/api-keys': (person) => sql`
      SELECT name, permissions, made_at, expires_at, revoked_at FROM auth.api_key
      WHERE user_id = ${person} ORDER BY made_at`,
    'sign-in/invitations': (person) => sql`
      SELECT channel, invited_by, invited_at, expires_at, sent_at, revoked_at, failed_at FROM auth.invitation
      WHERE user_id = ${person} ORDER BY invited_at`,
    'sign-in/teacher-codes': (person) => sql`
      SELECT issued_by, issued_at, expires_at, wrong_tries, ended_at, end_cause FROM auth.teacher_code
      WHERE member_id = ${person} ORDER BY issued_at`,
    'sign-in/external-identities': (person) => sql`
      SELECT issuer, subject, linked_at FROM auth.external_identity WHERE user_id = ${person}`,
  },
  async erase(tx, { userId }) {
    // Tokens refresh no more, and whoever holds one is no active account any more.
    for (const table of tablesOfUsers) {
      await sql`DELETE FROM ${sql.table(`auth.${table}`)} WHERE user_id = ${userId}`.execute(tx);
    }
    await sql`DELETE FROM auth.teacher_code WHERE member_id = ${userId}`.execute(tx);
    return [];
  },
  async forget(tx, _orgId, { signIns }) {
    await sql`DELETE FROM auth.session WHERE ended_at < ${signIns}`.execute(tx);
    await sql`DELETE FROM auth.invitation WHERE expires_at < ${signIns}`.execute(tx);
    await sql`DELETE FROM auth.password_link WHERE expires_at < ${signIns}`.execute(tx);
    await sql`DELETE FROM auth.teacher_code WHERE expires_at < ${signIns}`.execute(tx);
    await sql`
      DELETE FROM auth.device WHERE last_seen_at < ${signIns} AND (bound_at IS NULL OR revoked_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM auth.session
          WHERE session.org_id = device.org_id AND session.user_id = device.user_id
            AND session.device_id = device.device_id)`.execute(tx);
    return [];
  },
};

const tablesOfUsers = [
  'session',
  'device',
  'credential',
  'passkey',
  'totp',
  'recovery_code',
  // Before the links they are about.
  'invitation',
  'password_link',
  'challenge',
  'external_identity',
  'api_key',
] as const;
