import type { Tokens } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { publicFetch } from '../../../platform/http/outgoing/public-fetch.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { TestIdentityProvider } from '../testing/identity-provider.ts';
import { accepted, AuthWorld, codeOf } from '../testing/world.ts';
import { configureSingleSignOn, readSingleSignOn, redirectUriOf, removeSingleSignOn } from './configure.ts';
import { beginSingleSignOn, finishSingleSignOn } from './sign-in.ts';

let world: AuthWorld;
let idp: TestIdentityProvider;
let redirectUri: string;
/** As whoever runs Muster allows it. */
let ports: AuthWorld['ports'];

beforeAll(async () => {
  world = await AuthWorld.create();
  // Tokens of a real provider carry the real time.
  world.clock.set(systemClock.now().toISOString());
  redirectUri = redirectUriOf(world.ports);
  idp = await TestIdentityProvider.start(redirectUri);
  ports = { ...world.ports, fetchPublic: publicFetch(new Set(['127.0.0.1'])) };
});
afterAll(async () => {
  await idp.stop();
  await world.db.drop();
});

interface School {
  readonly orgId: string;
  readonly slug: string;
  readonly principal: Tokens;
}

let school: School;
beforeEach(async () => {
  school = await openSchool();
  accepted(await configure(school));
});

const openSchool = async (): Promise<School> => {
  const slug = `s-${uuidv7()}`;
  const orgId = await world.organization(slug);
  const email = `principal@${slug}.example`;
  await world.account(orgId, { role: 'org_admin', email });
  return { orgId, slug, principal: await world.signedIn({ identifier: email }) };
};

const settings = () => ({
  label: 'School account',
  issuer: idp.issuer,
  clientId: idp.clientId,
  clientSecret: idp.clientSecret,
  domains: ['school.example'],
});

const configure = ({ principal }: School, changes: object = {}, with_ = ports) =>
  world.signedInRoute(configureSingleSignOn(with_), principal, { body: { ...settings(), ...changes } });

const phone = () => ({ deviceId: uuidv7(), name: 'Browser' });

/** Goes there and back as the subject; what the browser brings. */
const journey = async (slug: string, device = phone()) => {
  const { url } = accepted(
    await world.open(beginSingleSignOn(ports), { organization: slug, deviceId: device.deviceId }),
  );
  const returned = await idp.walk(url, redirectUri);
  return { device, state: returned['state'] ?? '', returned };
};

const signIn = async (slug: string) => world.open(finishSingleSignOn(ports), await journey(slug));

const memberOf = (orgId: string, email: string) => world.account(orgId, { role: 'supervisor', email });
const someone = () => `${uuidv7()}@school.example`;

describe('single sign-on', () => {
  it('opens the account whose address the provider has verified, and knows it by its subject from then on', async () => {
    const email = someone();
    const userId = await memberOf(school.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    const tokens = accepted(await signIn(school.slug));
    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId, role: 'supervisor' });
    expect(await world.auditOf(school.orgId)).toEqual(
      expect.arrayContaining(['auth.single-sign-on-configured', 'auth.identity-linked', 'auth.signed-in']),
    );
    // The address may change there: it is the subject that counts.
    idp.subject = { sub: idp.subject.sub, email: 'other@elsewhere.example', email_verified: false };
    const again = accepted(await signIn(school.slug));
    expect(await world.accessTokens.verify(again.accessToken)).toMatchObject({ userId });
  });

  it.each([
    ['an address nobody has verified', { email_verified: false }],
    ['a domain that the provider is not trusted with', { email: 'ada@other.example' }],
    ['nobody', { email: 'nobody@school.example' }],
  ])('lets in %s not', async (_what, changes) => {
    const email = someone();
    await memberOf(school.orgId, email);
    await world.account(school.orgId, { email: `ada@other.example` });
    idp.subject = { sub: uuidv7(), email, email_verified: true, ...changes };
    expect(codeOf(await signIn(school.slug))).toBe('sign-in-refused');
    await world.db.ownerPool.query(`DELETE FROM users.account WHERE org_id = $1 AND email = 'ada@other.example'`, [
      school.orgId,
    ]);
  });

  it('gives an account that is linked already to no second subject', async () => {
    const email = someone();
    await memberOf(school.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    accepted(await signIn(school.slug));
    idp.subject = { ...idp.subject, sub: uuidv7() };
    expect(codeOf(await signIn(school.slug))).toBe('sign-in-refused');
  });

  it('reaches accounts of its own organization alone', async () => {
    const other = await openSchool();
    const email = someone();
    await memberOf(other.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    expect(codeOf(await signIn(school.slug))).toBe('sign-in-refused');
    expect(codeOf(await world.open(beginSingleSignOn(ports), { organization: other.slug, deviceId: uuidv7() }))).toBe(
      'single-sign-on-unavailable',
    );
  });

  it('lets suspended accounts in no more', async () => {
    const email = someone();
    const userId = await memberOf(school.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    accepted(await signIn(school.slug));
    await world.suspend(school.orgId, userId);
    expect(codeOf(await signIn(school.slug))).toBe('sign-in-refused');
  });

  it('is finished once, on the device that began it, with what came back and nothing else', async () => {
    const email = someone();
    await memberOf(school.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    const finish = finishSingleSignOn(ports);

    const stolen = await journey(school.slug);
    expect(codeOf(await world.open(finish, { ...stolen, device: phone() }))).toBe('step-ended');

    const twice = await journey(school.slug);
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.open(finish, twice)));
    expect(answers.filter((answer) => codeOf(answer) === null)).toHaveLength(1);

    const swapped = await journey(school.slug);
    const other = await journey(school.slug);
    const returned = { ...swapped.returned, code: other.returned['code'] ?? '' };
    expect(codeOf(await world.open(finish, { ...swapped, returned }))).toBe('sign-in-refused');

    const late = await journey(school.slug);
    world.clock.advance(11 * 60_000);
    expect(codeOf(await world.open(finish, late))).toBe('step-ended');
    world.clock.set(systemClock.now().toISOString());

    const elsewhere = await journey(school.slug);
    const mixed = { ...elsewhere.returned, iss: 'https://evil.example' };
    expect(codeOf(await world.open(finish, { ...elsewhere, returned: mixed }))).toBe('sign-in-refused');
    expect(codeOf(await world.open(finish, { device: phone(), state: 'made up', returned: {} }))).toBe('step-ended');
  });
});

describe('the provider of an organization', () => {
  it('is kept without its secret ever being shown, and forgotten with all it knew', async () => {
    const email = someone();
    await memberOf(school.orgId, email);
    idp.subject = { sub: uuidv7(), email, email_verified: true };
    accepted(await signIn(school.slug));
    const shown = accepted(await world.verb(readSingleSignOn(ports), school.principal));
    expect(shown).toEqual({
      provider: {
        label: 'School account',
        issuer: idp.issuer,
        clientId: idp.clientId,
        domains: ['school.example'],
        linkedAccounts: 1,
      },
      redirectUri,
    });
    const { rows } = await world.db.ownerPool.query('SELECT * FROM auth.identity_provider WHERE org_id = $1', [
      school.orgId,
    ]);
    expect(JSON.stringify(rows)).not.toContain(idp.clientSecret);
    // Without naming the secret again.
    accepted(await configure(school, { clientSecret: undefined, label: 'Renamed' }));
    accepted(await signIn(school.slug));

    expect(await world.verb(removeSingleSignOn(ports), school.principal)).toBeNull();
    expect(accepted(await world.verb(readSingleSignOn(ports), school.principal)).provider).toBeNull();
    expect(codeOf(await world.open(beginSingleSignOn(ports), { organization: school.slug, deviceId: uuidv7() }))).toBe(
      'single-sign-on-unavailable',
    );
  });

  it.each([
    'http://127.0.0.1:9',
    'https://127.0.0.1:9',
    'https://169.254.169.254/latest',
    'https://[::1]:9',
    'https://2130706433',
    // A name that leads there, which better-auth's own discovery followed (its issue 10830).
    'https://localhost:9',
  ])('GHSA-5rr4-8452-hf4v: is not looked for at %s, in our own network', async (issuer) => {
    const refusal = await configure(school, { issuer }, world.ports);
    expect(codeOf(refusal)).toBe('identity-provider-unusable');
    expect(JSON.stringify(refusal)).toContain('MUSTER_PRIVATE_HOSTS');
  });

  it('is none where nobody answers as one', async () => {
    expect(codeOf(await configure(school, { issuer: `${idp.issuer}/nothing` }))).toBe('identity-provider-unusable');
  });
});
